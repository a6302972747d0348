// SPDX-License-Identifier: MPL-2.0
#include "base/tick_wheel.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace rabbit_socks::base {
namespace {

using Keys = std::vector<uint64_t>;

Keys Due(TickWheel* wheel, Time now) {
  Keys due;
  wheel->Advance(now, &due);
  return due;
}

TEST(TickWheelTest, IsNeverEarlyAndAtMostOneTickLate) {
  constexpr Time kStart = 12345;
  for (Time delay :
       {Time{1}, Time{54}, Time{55}, Time{56}, Time{100}, Time{999},
        Time{102399}, Time{102400}, Time{102500}, Time{300000}}) {
    TickWheel wheel(kStart);
    wheel.Schedule(1, kStart + delay);
    Time now = kStart;
    while (Due(&wheel, now).empty()) ++now;
    EXPECT_GE(now, kStart + delay);
    EXPECT_LE(now, kStart + delay + TickWheel::kTick);
    EXPECT_EQ(wheel.size(), 0U);
  }
}

TEST(TickWheelTest, APastDeadlineIsDueAtTheNextTick) {
  TickWheel wheel(1000);
  wheel.Schedule(1, 0);
  EXPECT_EQ(Due(&wheel, 1099), Keys{});
  EXPECT_EQ(Due(&wheel, 1100), Keys{1});
}

TEST(TickWheelTest, ALaterRoundWaitsForItsOwn) {
  TickWheel wheel(0);
  const Time round = TickWheel::kTick * TickWheel::kSlots;
  wheel.Schedule(1, 500);
  wheel.Schedule(2, 500 + round);
  wheel.Schedule(3, 500 + 2 * round);
  EXPECT_EQ(Due(&wheel, 500), Keys{1});
  EXPECT_EQ(Due(&wheel, 500 + round - 1), Keys{});
  EXPECT_EQ(Due(&wheel, 500 + round), Keys{2});
  EXPECT_EQ(wheel.size(), 1U);
  EXPECT_EQ(Due(&wheel, 500 + 2 * round), Keys{3});
}

TEST(TickWheelTest, ALongPauseLosesNothing) {
  TickWheel wheel(0);
  std::map<uint64_t, int> seen;
  for (uint64_t key = 0; key < 5000; ++key) wheel.Schedule(key, key * 100);
  wheel.Schedule(9999, 10000000);
  for (uint64_t key : Due(&wheel, 5000 * 100)) ++seen[key];
  EXPECT_EQ(seen.size(), 5000U);
  for (const auto& [key, count] : seen) EXPECT_EQ(count, 1) << key;
  EXPECT_EQ(wheel.size(), 1U);
  EXPECT_EQ(Due(&wheel, 10000000), Keys{9999});
}

TEST(TickWheelTest, TimeThatStandsStillOrGoesBackIsHarmless) {
  TickWheel wheel(1000);
  wheel.Schedule(1, 1050);
  EXPECT_EQ(Due(&wheel, 1000), Keys{});
  EXPECT_EQ(Due(&wheel, 5), Keys{});
  EXPECT_EQ(Due(&wheel, 1100), Keys{1});
  EXPECT_EQ(Due(&wheel, 1100), Keys{});
}

TEST(TickWheelTest, TheEndOfTimeDoesNotWrap) {
  TickWheel wheel(0);
  wheel.Schedule(1, std::numeric_limits<Time>::max());
  EXPECT_EQ(Due(&wheel, 1000000), Keys{});
  EXPECT_EQ(wheel.size(), 1U);
}

TEST(TickWheelTest, KeysAreAppended) {
  TickWheel wheel(0);
  wheel.Schedule(2, 100);
  Keys due{1};
  wheel.Advance(100, &due);
  EXPECT_EQ(due, (Keys{1, 2}));
}

}  // namespace
}  // namespace rabbit_socks::base
