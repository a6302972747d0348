// SPDX-License-Identifier: MPL-2.0
#include "http/query.h"

#include <gtest/gtest.h>

namespace rabbit_socks::http {
namespace {

using Parts = std::vector<base::Bytes>;

TEST(QueryTest, PercentDecodes) {
  EXPECT_EQ(PercentDecode(""), "");
  EXPECT_EQ(PercentDecode("a+b%20c%2F%2f%C3%a9"), "a+b c//\xc3\xa9");
  EXPECT_EQ(PercentDecode("%252e"), "%2e") << "once only (W01)";
  for (const char* bad :
       {"%", "%2", "a%", "%g0", "%0g", "% 1", "%-1", "%00", "a%00.html"}) {
    EXPECT_EQ(PercentDecode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(PercentDecode(base::Bytes("a\0b", 3)), std::nullopt);
}

TEST(QueryTest, FormDecodes) {
  EXPECT_EQ(FormDecode("a+b%2Bc"), "a b+c");
  EXPECT_EQ(FormDecode("%0"), std::nullopt);
  EXPECT_EQ(FormDecode("a%00b"), std::string("a\0b", 3));
}

TEST(QueryTest, SplitsPaths) {
  EXPECT_EQ(SplitPath("/"), Parts{""});
  EXPECT_EQ(SplitPath("/a"), Parts{"a"});
  EXPECT_EQ(SplitPath("/a//b/"), (Parts{"a", "", "b", ""}));
  EXPECT_EQ(SplitPath("//"), (Parts{"", ""}));
  EXPECT_EQ(SplitPath("/%2f/.."), (Parts{"%2f", ".."}))
      << "raw: an encoded slash splits nothing";
}

TEST(QueryTest, FindsTheFirstValue) {
  EXPECT_EQ(FormValue("sid=1&sid=2", "sid"), "1");
  EXPECT_EQ(FormValue("a=b&s%69d=x+y&c", "sid"), "x y");
  EXPECT_EQ(FormValue("data=~m~3~m~a%3Db", "data"), "~m~3~m~a=b");
  EXPECT_EQ(FormValue("data=a=b", "data"), "a=b");
  EXPECT_EQ(FormValue("data=%00", "data"), std::string(1, '\0'));
  EXPECT_EQ(FormValue("a&b=", "a"), "");
  EXPECT_EQ(FormValue("a&b=", "b"), "");
  EXPECT_EQ(FormValue("", "a"), std::nullopt);
  EXPECT_EQ(FormValue("&&", "a"), std::nullopt);
  EXPECT_EQ(FormValue("sid2=1&xsid=2&SID=3", "sid"), std::nullopt);
  EXPECT_EQ(FormValue("%zz=1&sid=2", "sid"), "2")
      << "a key that does not decode is another key";
  EXPECT_EQ(FormValue("sid=%zz&sid=2", "sid"), std::nullopt)
      << "the first one counts";
}

// Limit L15.
TEST(QueryTest, LooksAtSoManyPairsOnly) {
  std::string form;
  for (int i = 0; i < 99; ++i) form += "a&";
  EXPECT_EQ(FormValue(form + "sid=1", "sid"), "1");
  EXPECT_EQ(FormValue("a&" + form + "sid=1", "sid"), std::nullopt);
  EXPECT_EQ(FormValue("a&sid=1", "sid", 1), std::nullopt);
  EXPECT_EQ(FormValue("a&sid=1", "sid", 2), "1");
}

// Limit L16.
TEST(QueryTest, ParsesDecimals) {
  EXPECT_EQ(ParseDecimal("0"), 0U);
  EXPECT_EQ(ParseDecimal("007"), 7U);
  EXPECT_EQ(ParseDecimal("99999999999999999"), 99999999999999999U);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0",
                          "100000000000000000", "\xc2\xb2"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace rabbit_socks::http
