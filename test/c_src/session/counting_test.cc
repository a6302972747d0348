// SPDX-License-Identifier: MPL-2.0
// What sessions are sent of broadcasts, as the node is told of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session/any_client.h"
#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using base::SlowPolicy;
using C = Conversation;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr base::Time kTurn = 5000;

struct Counting : testing::Test {
  void Say(const std::string& name, const std::string& args = "[]") {
    with.Broadcast({{"room"}, {}, {}}, name, args);
  }
  AnyClient Member(Kind kind, SlowPolicy slow = SlowPolicy::kClose) {
    AnyClient client(&with, kind);
    with.Join(client.session, "room", slow);
    return client;
  }
  // What is told within one turn of every session.
  std::vector<std::string> Told() {
    with.broadcasts.clear();
    with.Wait(kTurn);
    return with.broadcasts;
  }
  C with{Events()};
};

struct CountingOf : Counting, testing::WithParamInterface<Kind> {
  // The bytes of an event without arguments, but for what is around a message.
  static size_t Size(const std::string& name) {
    switch (GetParam()) {
      case Kind::kBare:
      case Kind::kEngine:
        return name.size() + std::string(R"({"name":"","args":[]})").size();
      case Kind::kJson:
        return name.size() + std::string(R"({"event":"","args":[]})").size();
      case Kind::k06:
        return Framed06(R"(~j~{"name":")" + name + R"(","args":[]})").size();
      case Kind::k09:
        return name.size() + std::string(R"(5:::{"name":""})").size();
      case Kind::k2:
      case Kind::k4:
        return name.size() + std::string(R"(2[""])").size();
    }
    return 0;
  }
};

TEST_P(CountingOf, IsToldOnceInItsTurn) {
  Member(GetParam());
  Say("one");
  Say("seven");
  EXPECT_THAT(Told(),
              ElementsAre("2:" + std::to_string(Size("one") + Size("seven"))));
  EXPECT_THAT(Told(), IsEmpty()) << "nothing new";
  Say("more");
  EXPECT_THAT(Told(), ElementsAre("1:" + std::to_string(Size("more"))));
}

INSTANTIATE_TEST_SUITE_P(Kinds, CountingOf,
                         testing::Values(Kind::kBare, Kind::kJson,
                                         Kind::kEngine, Kind::k06, Kind::k09,
                                         Kind::k2, Kind::k4));

TEST_F(Counting, WhatIsForOneSessionIsTheNodesToCount) {
  const AnyClient client = Member(Kind::k4);
  with.Emit(client.session, "one", "[]");
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(Counting, ArgumentsCount) {
  Member(Kind::k4);
  Say("b", R"(["0123456789"])");
  EXPECT_THAT(
      Told(),
      ElementsAre(
          "1:" + std::to_string(std::string(R"(2["b","0123456789"])").size())));
}

TEST_F(Counting, PollsCount) {
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  client.Fetch();
  with.Join(with.LastOpened(), "room");
  Say("one");
  EXPECT_THAT(Told(), ElementsAre("1:8"));
}

TEST_F(Counting, WhatIsHeldCountsWhenItIsTaken) {
  const AnyClient client = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Queued(client.ws, 70000);
  Say("one");
  Say("two");
  EXPECT_THAT(Told(), IsEmpty());
  with.Queued(client.ws, 0);
  EXPECT_THAT(Told(), ElementsAre("2:16"));
}

TEST_F(Counting, WhatTakesTheSessionsOwnPositionCounts) {
  ListenerConfig config = Events();
  config.limits.recovery = true;
  C recoverable(config);
  const AnyClient client(&recoverable, Kind::k4);
  recoverable.Join(client.session, "room");
  recoverable.Position(client.session, "5");
  recoverable.Broadcast({{"room"}, {}, {}}, "one", "[]");
  recoverable.Wait(kTurn);
  EXPECT_THAT(recoverable.broadcasts, SizeIs(1));
}

TEST_F(Counting, OfASessionThatHasEndedNothingIsTold) {
  const AnyClient first = Member(Kind::k4);
  Say("one");
  with.Lose(first.ws);
  Member(Kind::k4);
  EXPECT_THAT(Told(), IsEmpty()) << "the second has the first one's place";
  Say("two");
  EXPECT_THAT(Told(), ElementsAre("1:8"));
}

TEST_F(Counting, ACrowdIsSpreadOverTheTurns) {
  std::vector<AnyClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(Member(Kind::kBare));
  Say("one");
  Say("two");
  size_t told = 0;
  for (int tick = 0; tick < 50; ++tick) {
    with.broadcasts.clear();
    with.Wait(100);
    EXPECT_THAT(with.broadcasts, AllOf(SizeIs(4), Each("2:48")));
    told += with.broadcasts.size();
  }
  EXPECT_EQ(told, clients.size());
}

}  // namespace
}  // namespace rabbit_socks::session
