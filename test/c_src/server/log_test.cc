// SPDX-License-Identifier: MPL-2.0
#include "server/log.h"

#include <gtest/gtest.h>

namespace rabbit_socks::server {
namespace {

TEST(LogTest, OneLineWithItsLevel) {
  EXPECT_EQ(LogLine(Level::kError, "it broke"), "error: it broke\n");
  EXPECT_EQ(LogLine(Level::kWarning, ""), "warning: \n");
  EXPECT_EQ(LogLine(Level::kInfo, "x"), "info: x\n");
  EXPECT_EQ(LogLine(Level::kDebug, "x"), "debug: x\n");
}

TEST(LogTest, TextCannotForgeLinesOrMoveTheCursor) {
  EXPECT_EQ(
      LogLine(Level::kError, base::Bytes("a\nerror: b\r\x1b[2J\0\x7f", 17)),
      "error: a?error: b??[2J??\n");
}

TEST(LogTest, LongTextIsCut) {
  EXPECT_EQ(LogLine(Level::kInfo, std::string(100000, 'x')).size(), 500U + 7);
}

}  // namespace
}  // namespace rabbit_socks::server
