// SPDX-License-Identifier: MPL-2.0
// Whole conversations are in test/vectors/http_head.md; here is what a vector
// cannot say.
#include "http/parser.h"

#include <gtest/gtest.h>

#include "http/replay.h"
#include "support/vectors.h"

namespace rabbit_socks::http {
namespace {

using test::Vector;

Limits LimitsOf(const Vector& vector) {
  Limits limits;
  const auto set = [&](const char* key, uint32_t* limit) {
    *limit = static_cast<uint32_t>(vector.Number(key, *limit));
  };
  set("max_request_line", &limits.max_request_line);
  set("max_head", &limits.max_head);
  set("max_headers", &limits.max_headers);
  set("max_header_name", &limits.max_header_name);
  set("max_body", &limits.max_body);
  set("max_empty_lines", &limits.max_empty_lines);
  return limits;
}

class ParserVector : public testing::TestWithParam<Vector> {};

TEST_P(ParserVector, Replays) {
  const Vector& vector = GetParam();
  test::ForEachCut(vector.in, [&](const std::vector<base::Bytes>& pieces) {
    Replay replay(LimitsOf(vector));
    for (const base::Bytes piece : pieces) {
      if (replay.faulted()) break;
      replay.Feed(piece);
    }
    EXPECT_EQ(replay.Finish(), vector.out)
        << vector.title << ", line " << vector.line;
  });
}

INSTANTIATE_TEST_SUITE_P(HttpHead, ParserVector,
                         testing::ValuesIn(test::LoadVectors("http_head")));

constexpr char kGet[] = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(ParserTest, TellsWhatIsAwaited) {
  Parser parser{Limits{}};
  EXPECT_EQ(parser.phase(), Parser::Phase::kIdle);
  EXPECT_EQ(parser.Feed("\r\n").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.phase(), Parser::Phase::kIdle)
      << "an empty line begins no request";
  EXPECT_EQ(parser.Feed("P").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.phase(), Parser::Phase::kHead);
  EXPECT_EQ(
      parser.Feed("OST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
          .status,
      Parser::Status::kNeedMore);
  EXPECT_EQ(parser.phase(), Parser::Phase::kBody);
  EXPECT_EQ(parser.Feed("ab").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.phase(), Parser::Phase::kBody);
  EXPECT_EQ(parser.Feed("c").status, Parser::Status::kRequest);
  EXPECT_EQ(parser.phase(), Parser::Phase::kIdle);
}

TEST(ParserTest, StopsAfterEachRequest) {
  Parser parser{Limits{}};
  const std::string two = std::string(kGet) + kGet;
  const Parser::Outcome first = parser.Feed(two);
  EXPECT_EQ(first.status, Parser::Status::kRequest);
  EXPECT_EQ(first.consumed, sizeof(kGet) - 1);
  EXPECT_EQ(parser.request().path, "/a");
  EXPECT_EQ(parser.request().query, "b");
  const Parser::Outcome second =
      parser.Feed(base::Bytes(two).substr(first.consumed));
  EXPECT_EQ(second.status, Parser::Status::kRequest);
  EXPECT_EQ(second.consumed, sizeof(kGet) - 1);
}

TEST(ParserTest, TheRequestMayBeTaken) {
  Parser parser{Limits{}};
  ASSERT_EQ(
      parser.Feed("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          .status,
      Parser::Status::kRequest);
  const Request taken = std::move(parser.request());
  parser.request() = Request{};
  EXPECT_FALSE(taken.keep_alive);
  EXPECT_EQ(parser.Feed(kGet).fault.code, 400)
      << "P05: the parser knows by itself that this was the last";
}

TEST(ParserTest, NothingIsParsedAfterAFault) {
  Parser parser{Limits{}};
  ASSERT_EQ(parser.Feed("GET /\x01 HTTP/1.1\r\n").status,
            Parser::Status::kFault);
  const Parser::Outcome again = parser.Feed(kGet);
  EXPECT_EQ(again.status, Parser::Status::kFault);
  EXPECT_EQ(again.consumed, 0U);
}

TEST(ParserTest, AnEmptyReadChangesNothing) {
  Parser parser{Limits{}};
  EXPECT_EQ(parser.Feed("").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.Feed("GET / HTTP/1.1\r").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.Feed("").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.Feed("\nHost: x\r\n\r\n").status, Parser::Status::kRequest);
}

TEST(ParserTest, CountsWhatItHolds) {
  Parser parser{Limits{}};
  EXPECT_EQ(parser.held(), 0U);
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
  ASSERT_EQ(parser.Feed(head).status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.held(), head.size());
  ASSERT_EQ(parser.Feed(std::string(999, 'x')).status,
            Parser::Status::kNeedMore);
  EXPECT_EQ(parser.held(), head.size() + 999);
  ASSERT_EQ(parser.Feed("x").status, Parser::Status::kRequest);
  ASSERT_EQ(parser.Feed("G").status, Parser::Status::kNeedMore);
  EXPECT_EQ(parser.held(), 1U);
}

// Row P11: memory follows the bytes that came, not those that were announced.
TEST(ParserTest, AllocatesNothingForAnAnnouncedBody) {
  Limits limits;
  limits.max_body = 1000000000;
  Parser parser{limits};
  ASSERT_EQ(parser
                .Feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
                      "999999999\r\n\r\nx")
                .status,
            Parser::Status::kNeedMore);
  EXPECT_LT(parser.request().body.capacity(), 1000U);
}

TEST(ParserTest, MovesWithItsState) {
  Parser first{Limits{}};
  ASSERT_EQ(first.Feed("GET /moved HT").status, Parser::Status::kNeedMore);
  Parser second = std::move(first);
  EXPECT_EQ(second.Feed("TP/1.1\r\nHost: x\r\n\r\n").status,
            Parser::Status::kRequest);
  EXPECT_EQ(second.request().path, "/moved");
}

// Row H06, CVE-2023-43669: work is linear in the bytes, however they come. A
// head that was parsed anew at each read would be 128 MiB of work here.
TEST(ParserTest, TakesALongHeadByteByByte) {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  while (head.size() < 16000)
    head += "X-Some: " + std::string(200, 'v') + "\r\n";
  head += "\r\n";
  Parser parser{Limits{}};
  for (size_t i = 0; i + 1 < head.size(); ++i) {
    ASSERT_EQ(parser.Feed(base::Bytes(head).substr(i, 1)).status,
              Parser::Status::kNeedMore);
  }
  EXPECT_EQ(parser.Feed("\n").status, Parser::Status::kRequest);
}

}  // namespace
}  // namespace rabbit_socks::http
