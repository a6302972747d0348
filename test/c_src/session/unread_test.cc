// SPDX-License-Identifier: MPL-2.0
// Clients that are not read, since their session takes no more: their silence
// is ours (fault row FT6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/engine_client.h"
#include "session/socketio09_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::StartsWith;

std::string Flood(const std::string& message) {
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += ClientText(message);
  return flood;
}

TEST(Unread, AWebSocketIsPingedOnAndNotTakenForDead) {
  C with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, Flood("x"));
  EXPECT_EQ(with.Fate(c), "pause ");
  const std::string ping("\x89\x00", 2);
  with.Wait(30500);
  EXPECT_EQ(with.Take(c), ping);
  with.Wait(30500);
  EXPECT_EQ(with.Take(c), ping);
  for (int i = 0; i < 10; ++i) {
    with.Wait(30500);
    EXPECT_EQ(with.Take(c), ping) << "whose kernel is gone does not take it";
  }
  EXPECT_EQ(with.Fate(c), "");
  EXPECT_EQ(with.Heard().size(), 64U);
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Heard().size(), 36U);
  EXPECT_EQ(with.Fate(c), "resume ");
  with.Wait(61000);
  EXPECT_EQ(with.Fate(c), "reset ") << "it is read, and says nothing";
}

TEST(Unread, AWebSocketThatTakesNoBytesIsLost) {
  C with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, Flood("x"));
  with.Queued(c, 100);
  with.Wait(30500);
  EXPECT_EQ(with.Fate(c), "pause reset ");
}

TEST(Unread, AClientThatThisServerPings) {
  C with(Events());
  const auto c = Open4(&with);
  with.Send(c, Flood("42[\"m\"]"));
  EXPECT_EQ(with.Fate(c), "pause ");
  with.Wait(25200);
  EXPECT_EQ(with.Take(c), ServerText("2"));
  with.Wait(200000);
  EXPECT_EQ(with.Fate(c), "");
  with.Send(c, ClientText("3"));
  EXPECT_EQ(with.Heard().size(), 64U);
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Heard().size(), 36U);
  EXPECT_EQ(with.Fate(c), "resume ");
  with.Wait(46000);
  EXPECT_EQ(with.Fate(c), "reset ");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:ping timeout"));
}

TEST(Unread, AClientThatPingsItself) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=3&transport=websocket"));
  with.Accept(with.LastOpened());
  with.Take(c);
  with.Send(c, Flood("42[\"m\"]"));
  EXPECT_EQ(with.Fate(c), "pause ");
  with.Wait(200000);
  EXPECT_EQ(with.Fate(c), "");
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Fate(c), "resume ");
  with.Wait(46000);
  EXPECT_EQ(with.Fate(c), "reset ");
}

// However long an alarm is: what waits in a POST is not dropped (DP10), nor is
// what follows it.
TEST(Unread, AClientThatPosts) {
  C with(Events());
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  client.Fetch();
  std::string flood = "42[\"m\"]";
  for (int i = 1; i < 64; ++i)
    flood +=
        "\x1e"
        "42[\"m\"]";
  EXPECT_EQ(C::Body(client.Post(flood)), "ok");
  EXPECT_EQ(with.Heard().size(), 64U);
  const auto held = with.Connect();
  with.Send(held, C::Post(client.target(), "42[\"last\"]"));
  // It polls meanwhile, and its pongs wait like everything else.
  for (int i = 0; i < 20; ++i) {
    const auto poll = client.Poll();
    with.Wait(25200);
    EXPECT_THAT(C::Body(with.Take(poll)), StartsWith("2"));
  }
  EXPECT_EQ(with.Take(held), "");
  EXPECT_THAT(with.Heard(), ElementsAre());
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(C::Body(with.Take(held)), "ok");
  EXPECT_THAT(with.Heard(), ElementsAre("event:last:[]"));
}

TEST(Unread, AClientOfSocketIo09) {
  C with(Events());
  const Client09 client(&with);
  const auto c = client.WebSocket();
  with.Send(c, Flood("5:::{\"name\":\"m\"}"));
  EXPECT_EQ(with.Fate(c), "pause ");
  with.Wait(200000);
  EXPECT_EQ(with.Fate(c), "");
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Fate(c), "resume ");
  with.Wait(90000);
  EXPECT_EQ(with.Fate(c), "reset ");
}

TEST(Unread, AClientOfSocketIo06) {
  C with;
  const auto c = with.Connect();
  with.OpenWebSocket(c, "/socket.io/websocket");
  with.Send(c, Flood("~m~1~m~x"));
  EXPECT_EQ(with.Fate(c), "pause ");
  with.Wait(60000);
  EXPECT_EQ(with.Fate(c), "");
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Fate(c), "resume ");
  with.Send(c, ClientText("~m~4~m~~h~1"));
  with.Wait(10200);
  EXPECT_EQ(with.Fate(c), "");
  with.Wait(8200);
  EXPECT_EQ(with.Fate(c), "reset ");
}

}  // namespace
}  // namespace rabbit_socks::session
