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

}  // namespace
}  // namespace rabbit_socks::transport
