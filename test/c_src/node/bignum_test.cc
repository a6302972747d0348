// SPDX-License-Identifier: MPL-2.0
#include "node/bignum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace rabbit_socks::node {
namespace {

// 2^bits times `value`, as Erlang has it.
std::string Shifted(uint64_t value, unsigned bits) {
  std::string bytes(bits / 8, '\0');
  const unsigned within = bits % 8;
  uint64_t low = value << within;
  for (int i = 0; i < 8; ++i, low >>= 8) bytes += static_cast<char>(low);
  if (within > 0) bytes += static_cast<char>(value >> (64 - within));
  return bytes;
}

TEST(BignumTest, SmallOnes) {
  EXPECT_EQ(BignumToDouble(false, ""), 0.0);
  EXPECT_EQ(BignumToDouble(true, std::string(9, '\0')), 0.0);
  EXPECT_EQ(BignumToDouble(false, Shifted(1, 0)), 1.0);
  EXPECT_EQ(BignumToDouble(true, Shifted(258, 0) + std::string(500, '\0')),
            -258.0);
}

TEST(BignumTest, PowersOfTwoAreExact) {
  for (unsigned bits = 0; bits < 1024; ++bits) {
    EXPECT_EQ(BignumToDouble(false, Shifted(1, bits)),
              std::ldexp(1.0, static_cast<int>(bits)));
    EXPECT_EQ(BignumToDouble(true, Shifted(0x1FFFFFFFFFFFFF, bits)),
              bits < 972 ? std::optional(-std::ldexp(0x1FFFFFFFFFFFFFp0,
                                                     static_cast<int>(bits)))
                         : std::nullopt)
        << bits;
  }
}

// 2^53 + 1, 2^53 + 3: half way between two doubles. One bit far below decides.
TEST(BignumTest, RoundsToTheNearestAndHalfWayToTheEvenOne) {
  for (unsigned bits = 0; bits < 970; ++bits) {
    const auto expected = [&](double value) {
      return std::ldexp(value, static_cast<int>(bits));
    };
    EXPECT_EQ(BignumToDouble(false, Shifted(0x20000000000001, bits)),
              expected(0x20000000000000p0));
    EXPECT_EQ(BignumToDouble(false, Shifted(0x20000000000003, bits)),
              expected(0x20000000000004p0));
    if (bits == 0) continue;
    std::string above = Shifted(0x20000000000001, bits);
    above[0] |= '\1';
    EXPECT_EQ(BignumToDouble(false, above), expected(0x20000000000002p0))
        << bits;
  }
}

TEST(BignumTest, WhatIsBeyondTheLargestIsNone) {
  EXPECT_EQ(BignumToDouble(false, Shifted(0x1FFFFFFFFFFFFF, 971)),
            std::numeric_limits<double>::max());
  // Less than half way to what would be the next.
  EXPECT_EQ(BignumToDouble(false, Shifted(0x7FFFFFFFFFFFFD, 969)),
            std::numeric_limits<double>::max());
  EXPECT_EQ(BignumToDouble(false, Shifted(0x7FFFFFFFFFFFFE, 969)),
            std::nullopt);
  EXPECT_EQ(BignumToDouble(false, Shifted(1, 1024)), std::nullopt);
  EXPECT_EQ(BignumToDouble(true, std::string(100000, '\xff')), std::nullopt);
}

}  // namespace
}  // namespace rabbit_socks::node
