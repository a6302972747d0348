// SPDX-License-Identifier: MPL-2.0
#include "server/memory.h"

#include <gtest/gtest.h>

namespace rabbit_socks::server {
namespace {

TEST(MemoryWatch, WhenMostHaveLeft) {
  MemoryWatch watch;
  EXPECT_FALSE(watch.Note(1000, 0));
  EXPECT_FALSE(watch.Note(501, 0));
  EXPECT_TRUE(watch.Note(500, 0));
  EXPECT_FALSE(watch.Note(500, 5000)) << "once";
  EXPECT_TRUE(watch.Note(250, 5000));
}

TEST(MemoryWatch, NotForAFew) {
  MemoryWatch watch;
  EXPECT_FALSE(watch.Note(MemoryWatch::kFew, 0));
  EXPECT_FALSE(watch.Note(0, 0));
}

// Those who come and go by the thousand do not keep it busy.
TEST(MemoryWatch, NotAgainAndAgain) {
  MemoryWatch watch;
  EXPECT_FALSE(watch.Note(1000, 0));
  EXPECT_TRUE(watch.Note(0, 0));
  EXPECT_FALSE(watch.Note(1000, 100));
  EXPECT_FALSE(watch.Note(0, 200));
  EXPECT_TRUE(watch.Note(0, MemoryWatch::kPause)) << "but it is not forgotten";
}

}  // namespace
}  // namespace rabbit_socks::server
