// SPDX-License-Identifier: MPL-2.0
// Members of rooms that read too slowly, under each policy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using base::SlowPolicy;
using C = Conversation;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr size_t kSlow = 70000;  // over the soft limit of 65536

struct Holding : testing::Test {
  void Say(const std::string& name, std::optional<std::string> key = {}) {
    base::Audience audience{{"room"}, {}, {}};
    audience.key = std::move(key);
    with.Broadcast(audience, name, "[]");
  }
  AnyClient Member(Kind kind, SlowPolicy slow) {
    AnyClient client(&with, kind);
    with.Join(client.session, "room", slow);
    return client;
  }
  C with{Events()};
};

struct HoldingOf : Holding, testing::WithParamInterface<Kind> {
  // What the client of this kind hears of an event without arguments.
  static std::string Event(const std::string& name) {
    const std::string json = R"({"name":")" + name + R"(","args":[]})";
    switch (GetParam()) {
      case Kind::kBare:
        return "[" + json + "]";
      case Kind::kJson:
        return R"([{"event":")" + name + R"(","args":[]}])";
      case Kind::kEngine:
        return "[4" + json + "]";
      case Kind::k06:
        return "[" + Framed06("~j~" + json) + "]";
      case Kind::k09:
        return R"([5:::{"name":")" + name + R"("}])";
      case Kind::k2:
      case Kind::k4:
        return R"([42[")" + name + R"("]])";
    }
    return {};
  }
};

TEST_P(HoldingOf, WhatIsHeldComesInOrderWhenTheClientReadsAgain) {
  const AnyClient slow = Member(GetParam(), SlowPolicy::kDropOldest);
  const AnyClient fast = Member(GetParam(), SlowPolicy::kDropOldest);
  with.Queued(slow.ws, kSlow);
  EXPECT_THAT(with.Heard(), ElementsAre("congested"));
  Say("one");
  Say("two");
  EXPECT_EQ(slow.Hear(), "");
  EXPECT_EQ(fast.Hear(), Event("one") + Event("two"));
  with.Queued(slow.ws, 40000);
  EXPECT_EQ(slow.Hear(), "") << "not below the low mark";
  with.Queued(slow.ws, 1000);
  EXPECT_EQ(slow.Hear(), Event("one") + Event("two"));
  EXPECT_THAT(with.Heard(), ElementsAre("drained"));
  Say("three");
  EXPECT_EQ(slow.Hear(), Event("three"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, HoldingOf,
                         testing::Values(Kind::kBare, Kind::kJson,
                                         Kind::kEngine, Kind::k06, Kind::k09,
                                         Kind::k2, Kind::k4));

TEST_F(Holding, CloseHoldsNothing) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kClose);
  with.Queued(slow.ws, kSlow);
  Say("one");
  EXPECT_EQ(slow.Hear(), R"([42["one"]])");
  with.Queued(slow.ws, 1100000);
  Say("two");
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "closed:1013:the client is too slow"));
}

TEST_F(Holding, TheOldestAreDroppedAndCounted) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Queued(slow.ws, kSlow);
  const std::string large(100000, 'x');
  // Queue and backlog together stay within the hard limit of 1 MiB.
  for (int i = 10; i < 30; ++i) Say(std::to_string(i) + large);
  EXPECT_THAT(with.Heard(), ElementsAre("congested"));
  std::string got;
  for (int i = 0; i < 20; ++i) {
    with.Queued(slow.ws, 0);
    got += with.Take(slow.ws);
  }
  std::vector<std::string> heard;
  for (size_t at = got.find("42[\""); at != got.npos;
       at = got.find("42[\"", at + 1))
    heard.push_back(got.substr(at + 4, 2));
  EXPECT_THAT(
      heard, ElementsAre("21", "22", "23", "24", "25", "26", "27", "28", "29"));
  EXPECT_THAT(with.Heard(), ElementsAre("drained", "dropped:11"));
}

// As much as the soft limit allows is sent at a time: what is queued cannot be
// dropped any more.
TEST_F(Holding, NoMoreIsSentThanTheSoftLimitAllows) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Queued(slow.ws, kSlow);
  const std::string part(30000, 'x');
  for (int i = 0; i < 10; ++i) Say(part);
  with.Queued(slow.ws, 10000);
  const size_t sent = with.Take(slow.ws).size();
  EXPECT_GT(sent, 2 * part.size() - 10000);
  EXPECT_LT(sent, 3 * part.size());
}

TEST_F(Holding, ConflateKeepsTheNewestOfEachKey) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kConflate);
  const AnyClient drops = Member(Kind::k4, SlowPolicy::kDropOldest);
  for (const AnyClient& client : {slow, drops}) with.Queued(client.ws, kSlow);
  Say("x1", "x");
  Say("y1", "y");
  Say("plain");
  Say("x2", "x");
  for (const AnyClient& client : {slow, drops}) with.Queued(client.ws, 0);
  EXPECT_EQ(slow.Hear(), R"([42["y1"]][42["plain"]][42["x2"]])");
  EXPECT_EQ(drops.Hear(), R"([42["x1"]][42["y1"]][42["plain"]][42["x2"]])");
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "congested", "drained", "drained"));
}

// A client of several rooms: one of them allows holding.
TEST_F(Holding, IsByTheRoomThatAllowsIt) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Join(slow.session, "closing");
  with.Queued(slow.ws, kSlow);
  Say("held");
  with.Broadcast({{"closing"}, {}, {}}, "sent", "[]");
  EXPECT_EQ(slow.Hear(), R"([42["sent"]])");
  with.Broadcast({{"closing", "room"}, {}, {}}, "both", "[]");
  EXPECT_EQ(slow.Hear(), "");
  with.Queued(slow.ws, 0);
  EXPECT_EQ(slow.Hear(), R"([42["held"]][42["both"]])");
}

TEST_F(Holding, WhoLeavesTheRoomHearsNoMoreOfIt) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Join(slow.session, "other", SlowPolicy::kConflate);
  with.Queued(slow.ws, kSlow);
  Say("room");
  with.Broadcast({{"other"}, {}, {}}, "other", "[]");
  with.hub.Leave(slow.session, "room", with.now);
  with.Queued(slow.ws, 0);
  EXPECT_EQ(slow.Hear(), R"([42["other"]])");
}

TEST_F(Holding, APollThatFetchesAllIsAClientThatReads) {
  const Poller poller(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  const base::SessionId session = with.LastOpened();
  poller.Fetch();
  with.Join(session, "room", SlowPolicy::kConflate);
  with.Emit(session, std::string(70000, 'x'), "[]");
  EXPECT_THAT(with.Heard(), ElementsAre("congested"));
  Say("one", "key");
  Say("two", "key");
  EXPECT_EQ(poller.Fetch().find("two"), std::string::npos);
  EXPECT_THAT(with.Heard(), ElementsAre("drained"));
  EXPECT_EQ(poller.Fetch(), "9:42[\"two\"]");
}

TEST_F(Holding, ASessionThatEndsTakesItsBacklogAlong) {
  const AnyClient slow = Member(Kind::k4, SlowPolicy::kDropOldest);
  with.Queued(slow.ws, kSlow);
  Say("one");
  with.Lose(slow.ws);
  Say("two");
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "closed:1006:the connection was lost"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::session
