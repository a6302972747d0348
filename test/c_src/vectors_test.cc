// SPDX-License-Identifier: MPL-2.0
// The tests' own support: a reader that read wrongly would make vectors pass.
#include "support/vectors.h"

#include <gtest/gtest.h>

namespace rabbit_socks::test {
namespace {

TEST(VectorsTest, Unescapes) {
  EXPECT_EQ(Unescape("a\\r\\n\\t\\0\\\\\\x7f\\xFFb"),
            std::string("a\r\n\t\0\\\x7f\xff"
                        "b",
                        9));
  EXPECT_EQ(Unescape("a\nb\r\nc\n"), "abc");
  EXPECT_EQ(Unescape("x{3*ab\\n}y"), "xab\nab\nab\ny");
  EXPECT_EQ(Unescape("{0*a}"), "");
  EXPECT_EQ(Unescape("{\"a\":1}{1}{}"), "{\"a\":1}{1}{}");
}

TEST(VectorsTest, EscapesBack) {
  const std::string bytes("a\r\n\t\0\\\x7f\xff{", 9);
  EXPECT_EQ(Escape(bytes), "a\\r\\n\\x09\\x00\\\\\\x7f\\xff{");
  EXPECT_EQ(Unescape(Escape(bytes)), bytes);
}

TEST(ForEachCutTest, FeedsAllBytesEveryWay) {
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{5}, size_t{4096}, size_t{5000}}) {
    std::string input;
    for (size_t i = 0; i < size; ++i) input += static_cast<char>('a' + i % 26);
    size_t replays = 0;
    ForEachCut(input, [&](const std::vector<base::Bytes>& pieces) {
      ++replays;
      std::string joined;
      for (const base::Bytes piece : pieces) joined += piece;
      ASSERT_EQ(joined, input);
    });
    if (size <= 4096) {
      EXPECT_EQ(replays, size == 0 ? 2 : size + 1);
    } else {
      EXPECT_GE(replays, 300U);
    }
  }
}

}  // namespace
}  // namespace rabbit_socks::test
