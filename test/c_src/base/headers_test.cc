// SPDX-License-Identifier: MPL-2.0
#include "base/headers.h"

#include <gtest/gtest.h>

namespace rabbit_socks::base {
namespace {

TEST(HeadersTest, FindsTheFirstOfAName) {
  Headers headers;
  headers.Add("host", "a");
  headers.Add("x", "1");
  headers.Add("x", "2");
  ASSERT_NE(headers.Find("x"), nullptr);
  EXPECT_EQ(*headers.Find("x"), "1");
  EXPECT_EQ(headers.Find("X"), nullptr)
      << "names are stored and asked for in lower case";
  EXPECT_EQ(headers.Find("y"), nullptr);
  EXPECT_EQ(headers.Count("x"), 2U);
  EXPECT_EQ(headers.Count("y"), 0U);
}

TEST(HeadersTest, JoinsAllOfAName) {
  Headers headers;
  headers.Add("p", "a");
  headers.Add("q", "no");
  headers.Add("p", "");
  headers.Add("p", "b, c");
  EXPECT_EQ(headers.Join("p"), "a, , b, c");
  EXPECT_EQ(headers.Join("none"), "");
}

TEST(HeadersTest, FindsTokensInCommaLists) {
  Headers headers;
  headers.Add("connection", "keep-alive,\tUpgrade ,x");
  headers.Add("connection", "last");
  EXPECT_TRUE(headers.HasToken("connection", "upgrade"));
  EXPECT_TRUE(headers.HasToken("connection", "KEEP-ALIVE"));
  EXPECT_TRUE(headers.HasToken("connection", "last"));
  EXPECT_FALSE(headers.HasToken("connection", "upgrad"));
  EXPECT_FALSE(headers.HasToken("connection", "keep"));
  EXPECT_FALSE(headers.HasToken("upgrade", "upgrade"));
}

TEST(HeadersTest, ClearForgetsAll) {
  Headers headers;
  headers.Add("a", "b");
  headers.Clear();
  EXPECT_TRUE(headers.fields().empty());
}

TEST(HeadersTest, ComparesAsciiOnly) {
  EXPECT_TRUE(EqualsIgnoringCase("", ""));
  EXPECT_TRUE(EqualsIgnoringCase("WebSocket", "websocket"));
  EXPECT_FALSE(EqualsIgnoringCase("websocket", "websocket "));
  EXPECT_FALSE(EqualsIgnoringCase("[", "{"))
      << "0x5b and 0x7b differ by the case bit but are no letters";
  EXPECT_FALSE(EqualsIgnoringCase("\xc4", "\xe4"));
}

TEST(HeadersTest, TrimsSpacesAndTabs) {
  EXPECT_EQ(TrimSpace(" \t a b\t "), "a b");
  EXPECT_EQ(TrimSpace("a"), "a");
  EXPECT_EQ(TrimSpace(" \t"), "");
  EXPECT_EQ(TrimSpace(""), "");
  EXPECT_EQ(TrimSpace("\n"), "\n");
}

}  // namespace
}  // namespace rabbit_socks::base
