// SPDX-License-Identifier: MPL-2.0
// Clients of Socket.IO 4 that are lost and come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

ListenerConfig Recovering() {
  ListenerConfig config = Events();
  config.limits.recovery = true;
  return config;
}

std::string TextOf(const std::string& key, const std::string& json) {
  const std::string mark = "\"" + key + "\":\"";
  const size_t at = json.find(mark);
  if (at == std::string::npos) return {};
  const size_t begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

// A client that has got one event, and what it knows then.
struct Known {
  explicit Known(C* with) {
    connection = with->Connect();
    with->Send(connection, Upgrade("/socket.io/?EIO=4&transport=websocket"));
    with->Take(connection);
    with->Send(connection, ClientText("40"));
    session = with->LastOpened();
    with->Accept(session);
    connected = with->Take(connection);
    pid = TextOf("pid", connected);
    sid = TextOf("sid", connected);
    with->Emit(session, "first", "[1]");
    const std::string event = with->Take(connection);
    const size_t end = event.rfind('"');
    const size_t begin = event.rfind('"', end - 1) + 1;
    offset = event.substr(begin, end - begin);
  }
  std::string Connect() const {
    return ClientText("40{\"pid\":\"" + pid + "\",\"offset\":\"" + offset +
                      "\"}");
  }

  base::ConnectionId connection;
  base::SessionId session;
  std::string connected, pid, sid, offset;
};

base::ConnectionId Return(C* with, const Known& known) {
  const auto c = with->Connect();
  with->Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with->Take(c);
  with->Send(c, known.Connect());
  return c;
}

TEST(Recovery, WhatWasMissedIsSent) {
  C with(Recovering());
  const Known known(&with);
  ASSERT_EQ(known.pid.size(), 27U);
  ASSERT_NE(known.pid, known.sid);
  with.Emit(known.session, "seen", "[]", 5);
  with.Emit(known.session, "lost", "[2]");
  with.Lose(known.connection);
  EXPECT_THAT(with.Heard(), ElementsAre("away"));
  with.Emit(known.session, "missed", "[3]");
  with.Wait(60000);
  const auto c = Return(&with, known);
  EXPECT_THAT(with.Heard(), ElementsAre("back"));
  EXPECT_EQ(with.opened.size(), 1U) << "no session is asked for";
  const std::string got = with.Take(c);
  EXPECT_THAT(got, HasSubstr("40{\"sid\":\"" + known.sid + "\",\"pid\":\"" +
                             known.pid + "\"}"));
  EXPECT_THAT(got, Not(HasSubstr("first")));
  EXPECT_THAT(got, Not(HasSubstr("seen"))) << "it wanted an acknowledgement";
  EXPECT_LT(got.find("42[\"lost\",2,"), got.find("42[\"missed\",3,"));
  EXPECT_THAT(got, HasSubstr("42[\"missed\",3,"));
  with.Send(c, ClientText("42[\"here\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:here:[]"));
  with.Wait(120000);  // its heartbeats end it, not the window
  EXPECT_THAT(with.Heard(), ElementsAre("away"));
}

TEST(Recovery, RoomsStay) {
  C with(Recovering());
  const Known known(&with);
  with.Join(known.session, "room");
  with.Lose(known.connection);
  base::Audience audience;
  audience.rooms = {"room"};
  with.Broadcast(audience, "news", "[]");
  const auto c = Return(&with, known);
  EXPECT_THAT(with.Take(c), HasSubstr("42[\"news\",\""));
}

// What is held back from a slow client is sent to one that comes back.
TEST(Recovery, WhatWasHeldIsMissed) {
  C with(Recovering());
  const Known known(&with);
  with.Join(known.session, "room", base::SlowPolicy::kDropOldest);
  with.Queued(known.connection, 70000);
  with.Broadcast({{"room"}, {}, {}}, "held", "[]");
  with.Lose(known.connection);
  with.Broadcast({{"room"}, {}, {}}, "later", "[]");
  const auto c = Return(&with, known);
  const std::string got = with.Take(c);
  EXPECT_THAT(got, HasSubstr("42[\"held\",\""));
  EXPECT_LT(got.find("42[\"held\""), got.find("42[\"later\""));
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "drained", "away", "back"));
  with.Wait(5000);
  EXPECT_THAT(with.broadcasts, ElementsAre(StartsWith("2:")))
      << "both count for the node";
}

TEST(Recovery, WhoAsksHowFarItIsWaitsForTheClient) {
  C with(Recovering());
  const Known known(&with);
  with.Lose(known.connection);
  with.hub.Sync(known.session, 3, with.now);
  with.EndTurn();
  EXPECT_THAT(with.Heard(), ElementsAre("away"));
  Return(&with, known);
  with.EndTurn();
  EXPECT_THAT(with.Heard(), ElementsAre("back", "synced:3"));
}

TEST(Recovery, TheWindowCloses) {
  C with(Recovering());
  const Known known(&with);
  with.Lose(known.connection);
  EXPECT_EQ(with.hub.sessions(), 1U);
  with.Wait(120200);
  EXPECT_THAT(with.Heard(), ElementsAre("away", StartsWith("closed:1006:")));
  EXPECT_EQ(with.hub.sessions(), 0U);
  Return(&with, known);
  EXPECT_EQ(with.opened.size(), 2U) << "it gets another";
}

TEST(Recovery, WhoMissedTooMuchGetsAnother) {
  ListenerConfig config = Recovering();
  config.limits.recovery_bytes = 1024;
  C with(std::move(config));
  const Known known(&with);
  with.Lose(known.connection);
  for (int i = 0; i < 20; ++i)
    with.Emit(known.session, "big", "[\"" + std::string(200, 'x') + "\"]");
  Return(&with, known);
  EXPECT_THAT(with.Heard(), ElementsAre("away", StartsWith("closed:1006:")));
  EXPECT_EQ(with.opened.size(), 2U);
}

TEST(Recovery, OnlyTheSecretOpens) {
  C with(Recovering());
  Known known(&with);
  with.Lose(known.connection);
  Known wrong = known;
  wrong.pid = known.sid;
  Return(&with, wrong);
  EXPECT_THAT(with.Heard(), ElementsAre("away"));
  wrong = known;
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with.Send(c, ClientText("40/other,{\"pid\":\"" + known.pid +
                          "\",\"offset\":\"" + known.offset + "\"}"));
  EXPECT_THAT(with.Heard(), IsEmpty()) << "another namespace";
}

TEST(Recovery, NobodyWaitsForWhoLeft) {
  C with(Recovering());
  const Known known(&with);
  with.Send(known.connection, ClientText("41"));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  const Known closed(&with);
  with.Close(closed.session, 1000);
  with.Lose(closed.connection);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  const Known faulty(&with);
  with.Send(faulty.connection, ClientText("4abc"));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
}

TEST(Recovery, TheModuleCanEndOneThatIsAway) {
  C with(Recovering());
  const Known known(&with);
  with.Lose(known.connection);
  with.Heard();
  with.Close(known.session, 1000);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(Recovery, IsOffUnlessAskedFor) {
  C with(Events());
  const auto c = Open4(&with);
  with.Emit(with.LastOpened(), "e", "[1]");
  EXPECT_EQ(with.Take(c), ServerText("42[\"e\",1]"));
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1006:")));
}

}  // namespace
}  // namespace rabbit_socks::session
