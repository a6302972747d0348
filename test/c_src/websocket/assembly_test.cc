// SPDX-License-Identifier: MPL-2.0
#include "websocket/assembly.h"

#include <gtest/gtest.h>

#include <string>

namespace rabbit_socks::websocket {
namespace {

TEST(AssemblyTest, HoldsPiecesInOrder) {
  Assembly assembly;
  EXPECT_EQ(assembly.bytes(), "");
  assembly.Append("ab", 10);
  assembly.Append("", 10);
  assembly.Append("cde", 10);
  EXPECT_EQ(assembly.bytes(), "abcde");
  EXPECT_EQ(assembly.size(), 5U);
  assembly.Free();
  EXPECT_EQ(assembly.bytes(), "");
  EXPECT_EQ(assembly.room(), 0U);
  assembly.Append("again", 10);
  EXPECT_EQ(assembly.bytes(), "again");
}

TEST(AssemblyTest, AnEmptyPieceCostsNothing) {
  Assembly assembly;
  assembly.Append("", 10);
  EXPECT_EQ(assembly.room(), 0U);
}

TEST(AssemblyTest, RoomStaysWithinTheLimitAndNearTheBytes) {
  constexpr size_t kLimit = 1000;
  Assembly assembly;
  std::string whole;
  for (size_t i = 0; i < kLimit; ++i) {
    const char byte = static_cast<char>(i);
    whole.push_back(byte);
    assembly.Append({&byte, 1}, kLimit);
    ASSERT_LE(assembly.room(), kLimit);
    ASSERT_LE(assembly.room(), 2 * whole.size());
  }
  EXPECT_EQ(assembly.bytes(), whole);
}

TEST(AssemblyTest, CopiesAmortisedNotEachTime) {
  constexpr size_t kLimit = 1 << 20;
  Assembly assembly;
  size_t moves = 0;
  for (size_t i = 0; i < kLimit; ++i) {
    const size_t room = assembly.room();
    assembly.Append("x", kLimit);
    if (assembly.room() != room) ++moves;
  }
  EXPECT_LE(moves, 25U);
}

}  // namespace
}  // namespace rabbit_socks::websocket
