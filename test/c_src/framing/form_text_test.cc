// SPDX-License-Identifier: MPL-2.0
#include "framing/form_text.h"

#include <gtest/gtest.h>

namespace rabbit_socks::framing {
namespace {

TEST(FormTextTest, OnlyLineEndsLoseTheirCarriageReturn) {
  EXPECT_EQ(WithoutCarriageReturns(""), "");
  EXPECT_EQ(WithoutCarriageReturns("a\r\nb\r\n"), "a\nb\n");
  EXPECT_EQ(WithoutCarriageReturns("\r\r\n\n\r"), "\r\n\n\r");
}

}  // namespace
}  // namespace rabbit_socks::framing
