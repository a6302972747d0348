// SPDX-License-Identifier: MPL-2.0
#include "http/line_tail.h"

#include <gtest/gtest.h>

#include "support/vectors.h"

namespace rabbit_socks::http {
namespace {

TEST(LineTailTest, KnowsTheEndHoweverItCame) {
  const base::Bytes line = "GET /a HTTP/1.1\r\n";
  test::ForEachCut(line, [&](const std::vector<base::Bytes>& pieces) {
    LineTail tail;
    for (const base::Bytes piece : pieces) tail.Append(piece);
    for (size_t size = 0; size <= LineTail::kSize; ++size) {
      EXPECT_TRUE(tail.EndsWith(line.substr(line.size() - size)));
    }
    EXPECT_FALSE(tail.EndsWith(" HTTP/1.0\r\n"));
    tail.Clear();
    EXPECT_FALSE(tail.EndsWith("\n"));
  });
}

}  // namespace
}  // namespace rabbit_socks::http
