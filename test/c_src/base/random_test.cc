// SPDX-License-Identifier: MPL-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace rabbit_socks::base {
namespace {

TEST(RandomTest, NamesFitAUrlAndDiffer) {
  std::set<std::string> names;
  std::set<char> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = RandomName();
    EXPECT_EQ(name.size(), 27U);
    EXPECT_EQ(
        name.find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos)
        << name;
    seen.insert(name.begin(), name.end());
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 1000U);
  EXPECT_EQ(seen.size(), 64U) << "27,000 characters use the whole alphabet";
}

}  // namespace
}  // namespace rabbit_socks::base
