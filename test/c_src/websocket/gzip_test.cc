// SPDX-License-Identifier: MPL-2.0
#include "websocket/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace rabbit_socks::websocket {
namespace {

std::string Gunzip(std::string bytes) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(100000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, ComesBack) {
  for (const size_t size : {0U, 1U, 1000U, 50000U}) {
    std::string text;
    while (text.size() < size) text += "word " + std::to_string(text.size());
    const std::string coded = Gzip(text);
    EXPECT_EQ(Gunzip(coded), text);
    if (size == 50000) {
      EXPECT_LT(coded.size(), size / 2);
    }
  }
}

TEST(Gzip, WhoTakesIt) {
  const auto takes = [](const char* value) {
    base::Headers headers;
    headers.Add("accept-encoding", value);
    return AcceptsGzip(headers);
  };
  EXPECT_FALSE(AcceptsGzip({}));
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.5",
                          "br;q=1, gzip ; q=0.001", "*", "identity, *;q=0.1"})
    EXPECT_TRUE(takes(yes)) << yes;
  for (const char* no : {"", "deflate", "gzip;q=0", "gzip; q=0.000", "xgzip",
                         "*;q=0", "*, gzip;q=0", ",,;"})
    EXPECT_FALSE(takes(no)) << no;
}

}  // namespace
}  // namespace rabbit_socks::websocket
