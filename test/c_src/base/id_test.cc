// SPDX-License-Identifier: MPL-2.0
#include "base/id.h"

#include <gtest/gtest.h>

namespace rabbit_socks::base {
namespace {

TEST(IdTest, HoldsSlotAndGeneration) {
  const SessionId id = SessionId::Of(0xabcdef, 0xfedcba98);
  EXPECT_EQ(id.slot(), 0xabcdefU);
  EXPECT_EQ(id.generation(), 0xfedcba98U);
  EXPECT_LT(id.value, uint64_t{1} << 56) << "a small integer in Erlang";
}

TEST(IdTest, ZeroNamesNothing) {
  EXPECT_FALSE(static_cast<bool>(ConnectionId{}));
  EXPECT_TRUE(static_cast<bool>(ConnectionId::Of(0, 1)));
  EXPECT_FALSE(ConnectionId::Of(0, 1) == ConnectionId::Of(0, 2));
  EXPECT_TRUE(ConnectionId::Of(5, 1) == ConnectionId::Of(5, 1));
}

}  // namespace
}  // namespace rabbit_socks::base
