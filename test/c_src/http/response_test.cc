// SPDX-License-Identifier: MPL-2.0
#include "http/response.h"

#include <gtest/gtest.h>

namespace rabbit_socks::http {
namespace {

std::string Bytes(const Response& response, BodyKind kind,
                  bool keep_alive = true) {
  std::string out = "before ";
  AppendResponse(response, kind, keep_alive, &out);
  EXPECT_EQ(out.substr(0, 7), "before ") << "appends";
  return out.substr(7);
}

TEST(ResponseTest, WritesAWholeAnswer) {
  EXPECT_EQ(Bytes(PlainText(404, "no such page"), BodyKind::kWhole),
            "HTTP/1.1 404 Not Found\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Content-Length: 12\r\n"
            "\r\n"
            "no such page");
}

TEST(ResponseTest, SaysWhenItCloses) {
  EXPECT_EQ(
      Bytes(Response{}, BodyKind::kWhole, false),
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseTest, AHeadHasTheLengthOfTheBodyItLeavesOut) {
  EXPECT_EQ(Bytes(Response{200, {{"A", "b"}}, "12345"}, BodyKind::kHeadOnly),
            "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseTest, ABodyUntilCloseCloses) {
  EXPECT_EQ(Bytes(Response{200, {}, "ignored"}, BodyKind::kUntilClose),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(ResponseTest, WritesChunks) {
  EXPECT_EQ(Bytes(Response{}, BodyKind::kChunked),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string out;
  AppendChunk("abc", &out);
  AppendChunk("", &out);
  AppendChunk(std::string(26, 'x'), &out);
  AppendLastChunk(&out);
  EXPECT_EQ(out, "3\r\nabc\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
}

// RFC 9110 8.6 and 6.4.1.
TEST(ResponseTest, NoContentHasNeitherLengthNorBody) {
  EXPECT_EQ(Bytes(Response{204, {}, "x"}, BodyKind::kWhole),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(Bytes(Response{101, {}, "x"}, BodyKind::kWhole),
            "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  EXPECT_EQ(Bytes(Response{304, {{"ETag", "\"x\""}}, "x"}, BodyKind::kWhole),
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
}

TEST(ResponseTest, KnowsNoPhraseForAnUnknownStatus) {
  EXPECT_EQ(ReasonPhrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(599), "");
  EXPECT_EQ(Bytes(Response{599, {}, ""}, BodyKind::kWhole),
            "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Bytes(Response{42, {}, ""}, BodyKind::kWhole),
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

// Row P16, CVE-2026-43966.
TEST(ResponseTest, LeavesOutFieldsThatWouldSplitIt) {
  const Response response{200,
                          {{"Location", "/\r\nSet-Cookie: x=1"},
                           {"A", "b\n"},
                           {"C", std::string("d\0", 2)},
                           {"E\r\nF", "g"},
                           {"", "h"},
                           {"I:", "j"},
                           {"Good", "yes"}},
                          ""};
  EXPECT_EQ(Bytes(response, BodyKind::kWhole),
            "HTTP/1.1 200 OK\r\nGood: yes\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseTest, SaysOnceWhereTheBodyEnds) {
  const Response response{200,
                          {{"content-length", "99"},
                           {"Transfer-Encoding", "chunked"},
                           {"CONNECTION", "keep-alive"}},
                          "x"};
  EXPECT_EQ(Bytes(response, BodyKind::kWhole),
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
}

TEST(IsSafeFieldTest, WantsATokenAndNoControls) {
  EXPECT_TRUE(IsSafeField("X-A_b!~", "a; b=\"c\" \xe4"));
  EXPECT_TRUE(IsSafeField("x", ""));
  for (const char* name : {"", "a b", "a:", "a\r", "\xe4", "a(b", "a\x7f"})
    EXPECT_FALSE(IsSafeField(name, "v")) << name;
  for (int c = 0; c < 256; ++c) {
    const bool control = c < 0x20 || c == 0x7f;
    EXPECT_EQ(IsSafeField("x", std::string("a") + static_cast<char>(c) + "b"),
              !control)
        << c;
  }
}

}  // namespace
}  // namespace rabbit_socks::http
