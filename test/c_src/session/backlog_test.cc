// SPDX-License-Identifier: MPL-2.0
#include "session/backlog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/session.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr size_t kNoLimit = 1000000;

Backlog::Message Text(const std::string& text) {
  Rendered rendered;
  rendered.parts.push_back({base::Payload::kText, text});
  return std::make_shared<const Rendered>(std::move(rendered));
}

std::vector<std::string> PopAll(Backlog* backlog) {
  std::vector<std::string> texts;
  while (!backlog->empty()) texts.push_back(backlog->Pop()->parts[0].data);
  EXPECT_EQ(backlog->bytes(), 0U);
  return texts;
}

struct BacklogTest : testing::Test {
  void Push(const std::string& text, std::optional<std::string> key = {},
            size_t limit = kNoLimit) {
    backlog.Push(Text(text), &room, key, limit);
  }
  Room room, other;
  Backlog backlog;
};

TEST_F(BacklogTest, KeepsTheOrder) {
  EXPECT_TRUE(backlog.empty());
  Push("a");
  Push("b");
  Push("c");
  EXPECT_THAT(PopAll(&backlog), ElementsAre("a", "b", "c"));
  EXPECT_EQ(backlog.TakeDropped(), 0U);
}

TEST_F(BacklogTest, TheOldestGoWhenThereIsNoRoom) {
  Push("a");
  const size_t one = backlog.bytes();
  for (const char* text : {"b", "c", "d", "e"}) Push(text, {}, 3 * one);
  EXPECT_EQ(backlog.bytes(), 3 * one);
  EXPECT_EQ(backlog.TakeDropped(), 2U);
  EXPECT_EQ(backlog.TakeDropped(), 0U);
  EXPECT_THAT(PopAll(&backlog), ElementsAre("c", "d", "e"));
}

TEST_F(BacklogTest, TheLastStaysWhateverItsSize) {
  Push("a", {}, 0);
  Push(std::string(100, 'b'), {}, 0);
  EXPECT_EQ(backlog.TakeDropped(), 1U);
  EXPECT_THAT(PopAll(&backlog), ElementsAre(std::string(100, 'b')));
}

TEST_F(BacklogTest, OfAKeyOnlyTheNewestIsKept) {
  Push("x1", "x");
  Push("y1", "y");
  Push("none");
  Push("x2", "x");
  Push("empty1", "");
  Push("empty2", "");
  Push("x3", "x");
  EXPECT_EQ(backlog.TakeDropped(), 0U) << "a newer one takes its place";
  EXPECT_THAT(PopAll(&backlog), ElementsAre("y1", "none", "empty2", "x3"));
  Push("x4", "x");
  EXPECT_THAT(PopAll(&backlog), ElementsAre("x4"))
      << "of what is gone no trace";
}

TEST_F(BacklogTest, AKeyIsOneOfItsRoom) {
  Push("here", "x");
  backlog.Push(Text("there"), &other, "x", kNoLimit);
  EXPECT_THAT(PopAll(&backlog), ElementsAre("here", "there"));
}

TEST_F(BacklogTest, ARoomIsForgotten) {
  Push("a", "x");
  backlog.Push(Text("b"), &other, "x", kNoLimit);
  Push("c");
  backlog.Forget(&room);
  EXPECT_EQ(backlog.TakeDropped(), 0U);
  EXPECT_THAT(PopAll(&backlog), ElementsAre("b"));
  backlog.Forget(&other);
  EXPECT_THAT(PopAll(&backlog), IsEmpty());
}

// The one that is pushed out may be the newest of its key.
TEST_F(BacklogTest, AKeyThatWasPushedOutComesAgain) {
  Push("x1", "x");
  const size_t one = backlog.bytes();
  Push("y1", "y", one);
  Push("x2", "x", 2 * one);
  EXPECT_EQ(backlog.TakeDropped(), 1U);
  EXPECT_THAT(PopAll(&backlog), ElementsAre("y1", "x2"));
}

}  // namespace
}  // namespace rabbit_socks::session
