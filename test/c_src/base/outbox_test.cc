// SPDX-License-Identifier: MPL-2.0
#include "base/outbox.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>

#include "support/values.h"

namespace rabbit_socks::base {
namespace {

using Kind = Effect::Kind;

const ConnectionId kConnection = ConnectionId::Of(3, 1);
const SessionId kSession = SessionId::Of(4, 2);

TEST(OutboxTest, KeepsEffectsInOrder) {
  Outbox outbox;
  EXPECT_TRUE(outbox.empty());
  outbox.Write(kConnection, "abc");
  outbox.PauseReading(kConnection);
  outbox.ResumeReading(kConnection);
  outbox.Write(kConnection, "");
  outbox.Finish(kConnection);
  outbox.Reset(kConnection);
  const Kind want[] = {Kind::kWrite, Kind::kPauseReading, Kind::kResumeReading,
                       Kind::kWrite, Kind::kFinish,       Kind::kReset};
  ASSERT_EQ(outbox.effects().size(), std::size(want));
  for (size_t i = 0; i < std::size(want); ++i) {
    EXPECT_EQ(outbox.effects()[i].kind, want[i]);
    EXPECT_EQ(outbox.effects()[i].id, kConnection.value);
  }
  EXPECT_EQ(outbox.Data(outbox.effects()[0].data), "abc");
  EXPECT_EQ(outbox.Data(outbox.effects()[3].data), "");
  EXPECT_FALSE(outbox.empty());
}

TEST(OutboxTest, BuildsAWriteInPlace) {
  Outbox outbox;
  outbox.Write(kConnection, "before");
  outbox.BeginWrite(kConnection);
  outbox.arena() += "in ";
  outbox.arena() += "place";
  outbox.EndWrite();
  outbox.Write(kConnection, "after");
  ASSERT_EQ(outbox.effects().size(), 3U);
  EXPECT_EQ(outbox.Data(outbox.effects()[0].data), "before");
  EXPECT_EQ(outbox.Data(outbox.effects()[1].data), "in place");
  EXPECT_EQ(outbox.Data(outbox.effects()[2].data), "after");
}

TEST(OutboxTest, CarriesSessionEffects) {
  Outbox outbox;
  OpenInfo info;
  info.query = "q";
  outbox.Open(kSession, 7, 2, info);
  outbox.Message(kSession, "pid", Payload::kBinary, "data");
  outbox.Closed(kSession, "pid", 1001, "gone");
  outbox.Congested(kSession, "pid");
  outbox.Drained(kSession, "pid2");
  outbox.Log(2, "text");
  outbox.Dropped(kSession, "pid3", 9);
  outbox.Synced(kSession, "pid4", 10);
  outbox.Broadcasts(kSession, "pid5", 11, 1100);
  const auto& effects = outbox.effects();
  ASSERT_EQ(effects.size(), 9U);
  EXPECT_EQ(effects[0].kind, Kind::kOpen);
  EXPECT_EQ(effects[0].listener, 7U);
  EXPECT_EQ(effects[0].route, 2U);
  EXPECT_EQ(outbox.open(effects[0]).query, "q");
  EXPECT_EQ(effects[1].kind, Kind::kMessage);
  EXPECT_EQ(effects[1].payload, Payload::kBinary);
  EXPECT_EQ(outbox.Data(effects[1].owner), "pid");
  EXPECT_EQ(outbox.Data(effects[1].data), "data");
  EXPECT_EQ(effects[2].kind, Kind::kClosed);
  EXPECT_EQ(effects[2].code, 1001);
  EXPECT_EQ(outbox.Data(effects[2].owner), "pid");
  EXPECT_EQ(outbox.Data(effects[2].data), "gone");
  EXPECT_EQ(effects[3].kind, Kind::kCongested);
  EXPECT_EQ(outbox.Data(effects[3].owner), "pid");
  EXPECT_EQ(effects[4].kind, Kind::kDrained);
  EXPECT_EQ(outbox.Data(effects[4].owner), "pid2");
  EXPECT_EQ(effects[5].kind, Kind::kLog);
  EXPECT_EQ(effects[5].code, 2);
  EXPECT_EQ(effects[6].kind, Kind::kDropped);
  EXPECT_EQ(effects[6].number, 9U);
  EXPECT_EQ(outbox.Data(effects[6].owner), "pid3");
  EXPECT_EQ(effects[7].kind, Kind::kSynced);
  EXPECT_EQ(effects[7].number, 10U);
  EXPECT_EQ(outbox.Data(effects[7].owner), "pid4");
  EXPECT_EQ(effects[8].kind, Kind::kBroadcasts);
  EXPECT_EQ(effects[8].number, 11U);
  EXPECT_EQ(effects[8].size, 1100U);
  EXPECT_EQ(outbox.Data(effects[8].owner), "pid5");
  EXPECT_EQ(outbox.Data(effects[5].data), "text");
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(effects[i].id, kSession.value);
}

Value Texts(std::initializer_list<Bytes> texts) {
  Value value;
  value.Array(static_cast<uint32_t>(texts.size()));
  for (const Bytes text : texts) value.Text(text);
  return value;
}

TEST(OutboxTest, CarriesEventsAndAcknowledgements) {
  Outbox outbox;
  Value args = Texts({"a", "b"});
  outbox.Event(kSession, "pid", "news", &args, 7, 33);
  EXPECT_TRUE(args.empty());
  args = Texts({});
  outbox.Event(kSession, "pid", "", &args, std::nullopt, 0);
  args = Texts({"c"});
  outbox.Ack(kSession, "pid2", 0, &args, 5);
  outbox.Away(kSession, "pid");
  outbox.Back(kSession, "pid2");
  const auto& effects = outbox.effects();
  ASSERT_EQ(effects.size(), 5U);
  EXPECT_EQ(effects[0].kind, Kind::kEvent);
  EXPECT_EQ(outbox.Data(effects[0].owner), "pid");
  EXPECT_EQ(outbox.Data(effects[0].data), "news");
  EXPECT_EQ(test::Show(outbox.value(effects[0])), "[<a>,<b>]");
  EXPECT_EQ(effects[0].number, 7U);
  EXPECT_EQ(effects[0].size, 33U);
  EXPECT_EQ(effects[1].number, Effect::kNoNumber);
  EXPECT_EQ(test::Show(outbox.value(effects[1])), "[]");
  EXPECT_EQ(effects[2].kind, Kind::kAck);
  EXPECT_EQ(outbox.Data(effects[2].owner), "pid2");
  EXPECT_EQ(effects[2].number, 0U);
  EXPECT_EQ(effects[2].size, 5U);
  EXPECT_EQ(test::Show(outbox.value(effects[2])), "[<c>]");
  EXPECT_EQ(effects[3].kind, Kind::kAway);
  EXPECT_EQ(effects[4].kind, Kind::kBack);
  EXPECT_EQ(outbox.Data(effects[4].owner), "pid2");
  for (const Effect& effect : effects) EXPECT_EQ(effect.id, kSession.value);
}

// Values are kept from step to step as buffers, and give back what is large.
TEST(OutboxTest, ValuesOfAnEarlierStepAreGone) {
  Outbox outbox;
  Value args = Texts({std::string(1 << 20, 'x')});
  outbox.Event(kSession, "pid", "large", &args, std::nullopt, 1);
  args = Texts({"small"});
  outbox.Event(kSession, "pid", "small", &args, std::nullopt, 1);
  outbox.Clear();
  for (int i = 0; i < 2; ++i) {
    args = Texts({"next"});
    outbox.Event(kSession, "pid", "e", &args, std::nullopt, 1);
    EXPECT_TRUE(args.empty());
    EXPECT_LE(args.capacity(), size_t{64} << 10);
    EXPECT_EQ(test::Show(outbox.value(outbox.effects().back())), "[<next>]");
  }
}

TEST(OutboxTest, CarriesRelayedAnswers) {
  Outbox outbox;
  outbox.Respond(kConnection, {404, {{"a", "b"}}}, "body");
  outbox.RespondStart(kConnection, {200, {}});
  outbox.Switch(kConnection, {101, {{"c", "d"}}});
  const auto& effects = outbox.effects();
  ASSERT_EQ(effects.size(), 3U);
  EXPECT_EQ(effects[0].kind, Kind::kRespond);
  EXPECT_EQ(outbox.head(effects[0]).status, 404);
  EXPECT_EQ(outbox.Data(effects[0].data), "body");
  EXPECT_EQ(effects[1].kind, Kind::kRespondStart);
  EXPECT_EQ(outbox.head(effects[1]).status, 200);
  EXPECT_EQ(effects[2].kind, Kind::kSwitch);
  EXPECT_EQ(outbox.head(effects[2]).headers.front().second, "d");
}

TEST(OutboxTest, CarriesForwardedRequests) {
  Outbox outbox;
  for (const char* body : {"one", "two"}) {
    RelayedRequest request;
    request.body = body;
    outbox.Forward(7, std::string("name of ") + body, std::move(request));
  }
  outbox.Withdraw(8);
  const auto& effects = outbox.effects();
  ASSERT_EQ(effects.size(), 3U);
  EXPECT_EQ(effects[0].kind, Kind::kForward);
  EXPECT_EQ(effects[0].id, 7U);
  EXPECT_EQ(outbox.Data(effects[0].data), "name of one");
  EXPECT_EQ(outbox.forward(effects[0]).body, "one");
  EXPECT_EQ(outbox.forward(effects[1]).body, "two");
  EXPECT_EQ(effects[2].kind, Kind::kWithdraw);
  EXPECT_EQ(effects[2].id, 8U);
  outbox.Clear();
  outbox.Forward(9, "", {});
  EXPECT_EQ(outbox.forward(outbox.effects().front()).body, "");
}

TEST(OutboxTest, ClearForgetsAndGivesMemoryBack) {
  Outbox outbox;
  outbox.Write(kConnection, std::string(8 << 20, 'x'));
  for (int i = 0; i < 100000; ++i) outbox.Finish(kConnection);
  outbox.Respond(kConnection, {}, "");
  outbox.Clear();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.arena().size(), 0U);
  EXPECT_LE(outbox.arena().capacity(), size_t{1} << 20);
  outbox.Respond(kConnection, {201, {}}, "again");
  EXPECT_EQ(outbox.head(outbox.effects()[0]).status, 201);
  EXPECT_EQ(outbox.Data(outbox.effects()[0].data), "again");
}

}  // namespace
}  // namespace rabbit_socks::base
