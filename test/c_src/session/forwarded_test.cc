// SPDX-License-Identifier: MPL-2.0
// Requests that other nodes have forwarded, for our clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/several_nodes.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Forwarded, ServesAClientOfOurs) {
  OneOfSeveral with;
  const auto first = with.Ask(C::Get("/socket.io/?EIO=4&transport=polling"));
  const std::string opened = with.Take(first);
  const std::string sid =
      opened.substr(opened.find("\"sid\":\"") + 7, 27 + kTag.size());
  const auto post = with.AskFor(sid, kPoll + sid, "40");
  EXPECT_EQ(with.Take(post), "ok");
  EXPECT_EQ(with.Fate(post), "respond ");
  const auto poll = with.AskFor(sid, kPoll + sid);
  EXPECT_EQ(with.Take(poll), "");
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Take(poll), StartsWith("40{\"sid\":"));
  // The next one comes here.
  const auto here = with.Ask(C::Get(kPoll + sid));
  with.Emit(with.LastOpened(), "x", "[1]");
  EXPECT_THAT(with.Take(here), EndsWith("\r\n\r\n42[\"x\",1]"));
  // The end of a poll that waits is the end of the client.
  const auto given_up = with.AskFor(sid, kPoll + sid);
  with.Heard();
  with.Lose(given_up);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the poll was given up"));
  EXPECT_FALSE(with.AskFor(sid, kPoll + sid));
}

// A name that is ours and a path that names somebody else: nothing goes round.
TEST(Forwarded, IsNotForwardedAgain) {
  OneOfSeveral with;
  const auto first = with.Ask(C::Get("/socket.io/?EIO=4&transport=polling"));
  const std::string opened = with.Take(first);
  const std::string sid =
      opened.substr(opened.find("\"sid\":\"") + 7, 27 + kTag.size());
  const auto c = with.AskFor(sid, kPoll + kStranger);
  EXPECT_THAT(with.Take(c), HasSubstr("Session ID unknown"));
  EXPECT_EQ(with.relayed[c.value].status, 400);
  EXPECT_THAT(with.forwards, IsEmpty());
  EXPECT_FALSE(with.AskFor(kStranger, kPoll + kStranger));
}

}  // namespace
}  // namespace rabbit_socks::session
