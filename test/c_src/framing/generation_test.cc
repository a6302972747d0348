// SPDX-License-Identifier: MPL-2.0
#include "framing/generation.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rabbit_socks::framing {
namespace {

TEST(GenerationTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const Generation& row : Generations()) names.insert(row.name);
  EXPECT_EQ(names.size(), Generations().size());
  EXPECT_EQ(names.count("socket.io-0.6"), 1U);
}

// What a row is made of fits what it says of itself.
TEST(GenerationTest, RowsAreWhole) {
  for (const Generation& row : Generations()) {
    EXPECT_EQ(row.codec != nullptr, row.wire == Generation::Wire::kFrames)
        << row.name;
    EXPECT_EQ(row.engine != nullptr, row.wire == Generation::Wire::kEngine)
        << row.name;
    if (row.wire == Generation::Wire::kPackets) {
      EXPECT_NE(row.packets, nullptr) << row.name;
    }
    if (row.strict || row.default_namespace) {
      EXPECT_NE(row.packets, nullptr) << row.name;
    }
    EXPECT_FALSE(row.strict && row.default_namespace) << row.name;
    if (row.subprotocol != nullptr) {
      EXPECT_NE(row.packets, nullptr) << row.name;
      EXPECT_FALSE(row.strict || row.default_namespace) << row.name;
      EXPECT_EQ(FindSubprotocol(row.subprotocol), &row);
    }
  }
}

TEST(GenerationTest, OtherSubprotocolsSpeakFrames) {
  ASSERT_NE(FindSubprotocol("rabbit-socks.json"), nullptr);
  for (const char* name :
       {"", "echo", "rabbit-socks", "Rabbit-Socks.JSON", "rabbit-socks.json2"})
    EXPECT_EQ(FindSubprotocol(name), nullptr) << name;
}

}  // namespace
}  // namespace rabbit_socks::framing
