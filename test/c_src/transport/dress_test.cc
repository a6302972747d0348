// SPDX-License-Identifier: MPL-2.0
#include "transport/dress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rabbit_socks::transport {
namespace {

using testing::HasSubstr;

TEST(JsonpIndex, DigitsOnly) {
  EXPECT_TRUE(IsJsonpIndex("0"));
  EXPECT_TRUE(IsJsonpIndex("123456789"));
  for (const char* index :
       {"", "1234567890", "-1", "1e9", " 1", "0]", "\xD9\xA1"})
    EXPECT_FALSE(IsJsonpIndex(index)) << index;
}

TEST(PollAnswer, XhrIsThePayloadItself) {
  const http::Response response =
      PollAnswer(*FindRow(Age::k06, "xhr-polling"), "~m~2~m~ab", "");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "~m~2~m~ab");
}

TEST(PollAnswer, JsonpCannotBreakOutOfItsString) {
  const http::Response response = PollAnswer(
      *FindRow(Age::k06, "jsonp-polling"), "\"</script>\xE2\x80\xA8", "3");
  EXPECT_EQ(response.body.rfind("io.JSONP[3]._(\"", 0), 0U);
  EXPECT_EQ(response.body.find("</"), std::string::npos);
  EXPECT_EQ(response.body.find("\xE2\x80\xA8"), std::string::npos);
}

TEST(StreamPart, EveryPartEndsWithTheBoundary) {
  EXPECT_EQ(StreamPart(*FindRow(Age::k06, "xhr-multipart"), "x"),
            "Content-Type: text/plain\n\nx\n--socketio\n");
}

TEST(StreamPart, ScriptsAreClosedOnlyByUs) {
  const std::string part =
      StreamPart(*FindRow(Age::k06, "htmlfile"), "</script>");
  EXPECT_EQ(part.find("</script>"), part.size() - 9);
}

TEST(PostedPayload, FindsTheFieldWhateverTheContentType) {
  http::Request request;
  request.body = "a=1&data=~m~1~m~%C3%BC+";
  base::Result<std::string> payload =
      PostedPayload(*FindRow(Age::k06, "xhr-polling"), request);
  ASSERT_TRUE(payload.ok());
  EXPECT_EQ(payload.value(), "~m~1~m~\xC3\xBC ");
  request.body = "b=1";
  EXPECT_EQ(
      PostedPayload(*FindRow(Age::k06, "xhr-polling"), request).fault().code,
      400);
  request.body = "data=%zz";
  EXPECT_EQ(
      PostedPayload(*FindRow(Age::k06, "xhr-polling"), request).fault().code,
      400);
}

TEST(Table, NamesAreUniqueAndFound) {
  for (const Row& row : Rows()) EXPECT_EQ(FindRow(row.age, row.name), &row);
  EXPECT_EQ(FindRow(Age::k06, "__proto__"), nullptr);
  EXPECT_EQ(FindRow(Age::k06, ""), nullptr);
}

// Socket.IO 0.7 to 0.9.

TEST(PollAnswer, JsonpOf09) {
  EXPECT_EQ(PollAnswer(*FindRow(Age::k09, "jsonp-polling"),
                       "3:::</x>\xE2\x80\xA9", "12")
                .body,
            "io.j[12](\"3:::<\\/x>\\u2029\");");
}

// Internet Explorer ends a script at any "</": there is no slash that is not
// escaped, and no escape is escaped again.
TEST(StreamPart, ScriptsOf09HaveNoSlash) {
  EXPECT_EQ(StreamPart(*FindRow(Age::k09, "htmlfile"), "3::/a:</x>\\/\"\n"),
            "<script>_(\"3::\\/a:<\\/x>\\\\\\/\\\"\\n\");</script>");
}

TEST(PostedPayload, Of09IsTheBodyOrTheField) {
  http::Request request;
  request.body = "3:::a&d=1";
  EXPECT_EQ(PostedPayload(*FindRow(Age::k09, "xhr-polling"), request).value(),
            "3:::a&d=1");
  EXPECT_EQ(PostedPayload(*FindRow(Age::k09, "jsonp-polling"), request).value(),
            "1");
  EXPECT_EQ(PostAnswer(*FindRow(Age::k09, "xhr-polling")).body, "1");
}

// Attack row E30: and no browser takes it for anything else.
TEST(PostAnswers, SayNothingThatWasPosted) {
  for (const auto& [age, body] :
       {std::pair(Age::k06, "ok"), std::pair(Age::k09, "1")}) {
    const http::Response answer = PostAnswer(*FindRow(age, "jsonp-polling"));
    EXPECT_EQ(answer.body, body);
    EXPECT_THAT(answer.headers, testing::Contains(testing::Pair(
                                    "X-Content-Type-Options", "nosniff")));
  }
}

TEST(Handshake09, TimesAreSeconds) {
  const http::Response plain = HandshakeAnswer09("ID", 60000, 25999, "");
  EXPECT_EQ(plain.body,
            "ID:60:25:websocket,htmlfile,xhr-polling,jsonp-polling");
  const http::Response script = HandshakeAnswer09("ID", 60000, 25000, "3");
  EXPECT_THAT(script.body, testing::StartsWith("io.j[3](\"ID:60:25:"));
}

TEST(Handshake09, RefusalsAreForWhoeverReadsThem) {
  const http::Response plain = HandshakeRefusal09(403, "no", "");
  EXPECT_EQ(plain.status, 403);
  EXPECT_THAT(plain.body, HasSubstr("no"));
  const http::Response script = HandshakeRefusal09(403, "no \"", "3");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.body, "io.j[3](new Error(\"no \\\"\"));");
}

}  // namespace
}  // namespace rabbit_socks::transport
