// SPDX-License-Identifier: MPL-2.0
// Clients of Socket.IO 4 whose callback module goes on from where they were:
// the offsets that they remember hold its position.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

ListenerConfig Resuming(bool recovery) {
  ListenerConfig config = Events();
  config.routes[0].resumes = true;
  config.limits.recovery = recovery;
  return config;
}

base::ConnectionId Ask(C* with, const std::string& connect) {
  const auto c = with->Connect();
  with->Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with->Take(c);
  with->Send(c, ClientText(connect));
  return c;
}

std::string Accepted(C* with, base::ConnectionId c) {
  with->Accept(with->LastOpened());
  return with->Take(c);
}

TEST(Resuming, OffsetsHoldThePosition) {
  C with(Resuming(false));
  const auto c = Ask(&with, "40");
  EXPECT_THAT(Accepted(&with, c), HasSubstr("\",\"pid\":\""));
  const auto s = with.LastOpened();
  with.Emit(s, "e", "[1]");
  EXPECT_EQ(with.Take(c), ServerText("42[\"e\",1]")) << "there is none yet";
  with.Position(s, "orders:7");
  EXPECT_EQ(with.Take(c), "") << "it goes with the next event";
  with.Emit(s, "e", "[2]");
  EXPECT_EQ(with.Take(c), ServerText("42[\"e\",2,\".orders:7\"]"));
  with.Emit(s, "e", "[3]", 5);
  EXPECT_EQ(with.Take(c), ServerText("425[\"e\",3]"));
  with.Position(s, "");
  with.Emit(s, "e", "[]");
  EXPECT_EQ(with.Take(c), ServerText("42[\"e\",\".\"]"));
}

TEST(Resuming, WhoComesBackIsNewAndSaysWhereItWas) {
  C with(Resuming(false));
  const auto c = Ask(&with, "40");
  Accepted(&with, c);
  with.Position(with.LastOpened(), "x");
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1006:")));
  EXPECT_EQ(with.hub.sessions(), 0U) << "nothing waits for it";
  const auto again = Ask(&with, "40{\"pid\":\"p\",\"offset\":\".x\",\"a\":1}");
  EXPECT_EQ(C::Json(with.infos.back().auth),
            "{\"pid\":\"p\",\"offset\":\".x\",\"a\":1}");
  EXPECT_THAT(Accepted(&with, again), Not(HasSubstr("\"pid\":\"p\"")));
}

TEST(Resuming, ASessionThatWaitsIsFoundByItsOffset) {
  C with(Resuming(true));
  const auto c = Ask(&with, "40");
  const std::string connected = Accepted(&with, c);
  const size_t at = connected.find("\"pid\":\"") + 7;
  const std::string pid = connected.substr(at, 27);
  const auto s = with.LastOpened();
  with.Position(s, "a:1");
  with.Emit(s, "first", "[]");
  const std::string first = with.Take(c);
  EXPECT_THAT(first, MatchesRegex(".*42\\[\"first\",\"[0-9]+\\.a:1\"\\]"));
  const size_t begin = first.find(",\"") + 2;
  const std::string offset = first.substr(begin, first.rfind('"') - begin);
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre("away"));
  with.Position(s, "a:2");
  with.Emit(s, "missed", "[]");
  const auto again =
      Ask(&with, "40{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}");
  EXPECT_THAT(with.Heard(), ElementsAre("back"));
  EXPECT_EQ(with.opened.size(), 1U);
  EXPECT_THAT(with.Take(again),
              MatchesRegex(".*42\\[\"missed\",\"[0-9]+\\.a:2\"\\]"));
}

TEST(Resuming, ABroadcastTellsEachItsOwnPosition) {
  for (const bool recovery : {false, true}) {
    C with(Resuming(recovery));
    std::vector<base::ConnectionId> connections;
    for (const std::string position : {"a", "b", "none"}) {
      connections.push_back(Ask(&with, "40"));
      Accepted(&with, connections.back());
      const auto s = with.LastOpened();
      if (position != "none") with.Position(s, position);
      with.Join(s, "room");
    }
    base::Audience audience;
    audience.rooms = {"room"};
    with.Broadcast(audience, "news", "[1]");
    const std::string number = recovery ? "[0-9]+" : "";
    for (const size_t i : {0, 1}) {
      EXPECT_THAT(with.Take(connections[i]),
                  MatchesRegex(".*42\\[\"news\",1,\"" + number + "\\." +
                               (i == 0 ? "a" : "b") + "\"\\]"));
    }
    EXPECT_THAT(with.Take(connections[2]), Not(HasSubstr(".")));
  }
}

TEST(Resuming, OthersRememberNothing) {
  C other(Events());
  const auto c = Ask(&other, "40");
  EXPECT_THAT(Accepted(&other, c), Not(HasSubstr("pid")));
  other.Position(other.LastOpened(), "x");
  other.Emit(other.LastOpened(), "e", "[1]");
  EXPECT_EQ(other.Take(c), ServerText("42[\"e\",1]"));
  C old(Resuming(false));
  const auto o = old.Connect();
  old.Send(o, Upgrade("/socket.io/?EIO=3&transport=websocket"));
  old.Accept(old.LastOpened());
  EXPECT_THAT(old.Take(o), Not(HasSubstr("pid")));
  old.Position(old.LastOpened(), "x");
  old.Emit(old.LastOpened(), "e", "[1]");
  EXPECT_EQ(old.Take(o), ServerText("42[\"e\",1]"));
}

}  // namespace
}  // namespace rabbit_socks::session
