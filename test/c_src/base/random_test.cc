// SPDX-License-Identifier: MPL-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rabbit_socks::base {
namespace {

TEST(RandomTest, NamesFitAUrlAndDiffer) {
  std::set<std::string> names;
  std::set<char> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = RandomName();
    EXPECT_EQ(name.size(), 27U);
    EXPECT_EQ(name.size(), kRandomName);
    EXPECT_TRUE(IsName(name));
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

TEST(RandomTest, OtherCharactersAreOfNoName) {
  EXPECT_TRUE(IsName(""));
  for (int c = 0; c < 256; ++c) {
    const char one = static_cast<char>(c);
    const bool fits = (one >= 'a' && one <= 'z') ||
                      (one >= 'A' && one <= 'Z') ||
                      (one >= '0' && one <= '9') || one == '-' || one == '_';
    EXPECT_EQ(IsName({&one, 1}), fits) << c;
    EXPECT_EQ(IsName(std::string("a") + one + "b"), fits) << c;
  }
}

}  // namespace
}  // namespace rabbit_socks::base
