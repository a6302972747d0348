// SPDX-License-Identifier: MPL-2.0
// What is counted of connections, requests and sessions.
#include "session/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "session/conversation.h"
#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

base::Statistics Of(const Tally& tally) {
  base::Statistics statistics;
  tally.AddTo(&statistics);
  return statistics;
}

TEST(Tally, NothingIsNotCounted) {
  EXPECT_THAT(Of(Tally()).answers, IsEmpty());
  EXPECT_THAT(Of(Tally()).ended, IsEmpty());
}

TEST(Tally, CodesThatPeersChooseAreFew) {
  Tally tally;
  for (uint32_t code = 0; code <= 0xFFFF; ++code)
    tally.Ended(static_cast<uint16_t>(code));
  const base::Statistics::Counts ended = Of(tally).ended;
  EXPECT_THAT(ended, SizeIs(19));
  EXPECT_THAT(ended.front(), Pair(0, 0x10000 - 2016));
  EXPECT_THAT(ended[1], Pair(1000, 1));
  EXPECT_THAT(ended[16], Pair(1015, 1));
  EXPECT_THAT(ended[17], Pair(3000, 1000));
  EXPECT_THAT(ended[18], Pair(4000, 1000));
}

TEST(Tally, StatusesThatModulesChooseHaveABound) {
  Tally tally;
  for (const uint16_t status : std::vector<uint16_t>{599, 600, 65535, 200, 0})
    tally.Answered(status);
  EXPECT_THAT(Of(tally).answers,
              ElementsAre(Pair(0, 1), Pair(200, 1), Pair(599, 3)));
}

TEST(TallyConversation, AnswersAndEnds) {
  Conversation with;
  const auto web = with.Connect();
  with.OpenWebSocket(web);
  const auto http = with.Connect();
  with.Send(http, Conversation::Get("/index.html"));
  with.Send(http, Conversation::Get("/nosuch"));
  const auto refused = with.Connect();
  with.Send(refused, Upgrade("/websocket/a"));
  with.Refuse(with.LastOpened(), 403, "no");
  base::Statistics now = with.hub.Statistics();
  EXPECT_EQ(now.connections, 3U);
  EXPECT_EQ(now.accepted, 3U);
  EXPECT_EQ(now.refused, 0U);
  EXPECT_THAT(now.answers, ElementsAre(Pair(101, 1), Pair(200, 1), Pair(403, 1),
                                       Pair(404, 1)));
  EXPECT_THAT(now.ended, IsEmpty()) << "one that was refused never was one";
  with.Lose(web);
  with.Lose(refused);
  now = with.hub.Statistics();
  EXPECT_EQ(now.connections, 1U);
  EXPECT_EQ(now.accepted, 3U);
  EXPECT_THAT(now.ended, ElementsAre(Pair(1006, 1)));
}

TEST(TallyConversation, ConnectionsBeyondALimit) {
  ListenerConfig config = Conversation::Default();
  config.limits.max_connections = 1;
  Conversation with(std::move(config));
  with.Connect();
  EXPECT_FALSE(with.Connect());
  const base::Statistics now = with.hub.Statistics();
  EXPECT_EQ(now.accepted, 1U);
  EXPECT_EQ(now.refused, 1U);
}

TEST(TallyConversation, PollsOfAClient) {
  Conversation with;
  const Poller client(&with, "4", "/engine.io/");
  const base::Statistics now = with.hub.Statistics();
  EXPECT_EQ(now.clients, 1U);
  EXPECT_THAT(now.answers, ElementsAre(Pair(200, 1)));
}

}  // namespace
}  // namespace rabbit_socks::session
