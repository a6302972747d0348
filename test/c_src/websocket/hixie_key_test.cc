// SPDX-License-Identifier: MPL-2.0
#include "websocket/hixie_key.h"

#include <gtest/gtest.h>

namespace rabbit_socks::websocket {
namespace {

TEST(HixieKeyTest, ThePublishedKeys) {
  EXPECT_EQ(HixieKeyNumber("4 @1  46546xW%0l 1 5"), 829309203U);
  EXPECT_EQ(HixieKeyNumber("12998 5 Y3 1  .P00"), 259970620U);
  EXPECT_EQ(HixieKeyNumber("18x 6]8vM;54 *(5:  {   U1]8  z [  8"), 155712099U);
  EXPECT_EQ(HixieKeyNumber("1_ tx7X d  <  nw  334J702) 7]o}` 0"), 173347027U);
}

TEST(HixieKeyTest, TheBoundsOfTheNumber) {
  EXPECT_EQ(HixieKeyNumber("0 0"), 0U);
  EXPECT_EQ(HixieKeyNumber("42949672 95"), 4294967295U);
  EXPECT_EQ(HixieKeyNumber("42949672 96"), std::nullopt);
  EXPECT_EQ(HixieKeyNumber("5153960754            0"), 4294967295U)
      << "12 spaces and the greatest quotient";
}

TEST(HixieKeyTest, X01NoSpaceIsNoDivision) {
  EXPECT_EQ(HixieKeyNumber("123"), std::nullopt);
  EXPECT_EQ(HixieKeyNumber(""), std::nullopt);
  EXPECT_EQ(HixieKeyNumber("1\t2"), std::nullopt);
}

TEST(HixieKeyTest, X02WhatIsNoNumber) {
  EXPECT_EQ(HixieKeyNumber("a b"), std::nullopt) << "no digit";
  EXPECT_EQ(HixieKeyNumber("  "), std::nullopt);
  EXPECT_EQ(HixieKeyNumber("1 0 1"), std::nullopt) << "a remainder";
  EXPECT_EQ(HixieKeyNumber("9999999999 9"), std::nullopt) << "too great";
  EXPECT_EQ(HixieKeyNumber("00000000000000000 1"), std::nullopt)
      << "more than 17 digits";
  EXPECT_EQ(HixieKeyNumber("0000000000000000 1"), 1U) << "17 digits";
  EXPECT_EQ(HixieKeyNumber(std::string(200, '9') + " "), std::nullopt);
}

}  // namespace
}  // namespace rabbit_socks::websocket
