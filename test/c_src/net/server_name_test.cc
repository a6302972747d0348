// SPDX-License-Identifier: MPL-2.0
#include "net/server_name.h"

#include <gtest/gtest.h>

#include <string>

namespace rabbit_socks::net {
namespace {

// A server_name extension of one name of that type.
std::string Extension(const std::string& name, char type = '\0') {
  const auto number = [](size_t n) {
    return std::string{static_cast<char>(n >> 8), static_cast<char>(n)};
  };
  return number(name.size() + 3) + type + number(name.size()) + name;
}

TEST(ServerName, IsTheHostInLowerCase) {
  EXPECT_EQ(ServerName(Extension("a.example")), "a.example");
  EXPECT_EQ(ServerName(Extension("A.eXaMPLE-1")), "a.example-1");
  EXPECT_EQ(ServerName(Extension(std::string(255, 'x'))),
            std::string(255, 'x'));
}

TEST(ServerName, MalformedNamesNone) {
  EXPECT_EQ(ServerName(Extension(std::string(256, 'x'))), "");
  EXPECT_EQ(ServerName(Extension("a.example", '\1')), "");
  EXPECT_EQ(ServerName(Extension("")), "");
  const std::string good = Extension("a.example");
  EXPECT_EQ(ServerName(good + "x"), "");
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(ServerName(good.substr(0, size)), "") << size;
  for (size_t at = 0; at < 5; ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] + 1);
    EXPECT_EQ(ServerName(bad), "") << at;
  }
}

}  // namespace
}  // namespace rabbit_socks::net
