// SPDX-License-Identifier: MPL-2.0
#include "transport/engine_dress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rabbit_socks::transport {
namespace {

using framing::EngineForm;

TEST(EngineQueryOf, ARequest) {
  const EngineQuery query = ReadEngineQuery(
      "EIO=4&transport=polling&t=Q8B%2F&sid=a%20b&j=3&b64=1&other=1");
  EXPECT_EQ(query.protocol, "4");
  EXPECT_EQ(query.transport, "polling");
  EXPECT_EQ(query.name, "a b");
  EXPECT_EQ(query.jsonp, "3");
  EXPECT_TRUE(query.base64);
  EXPECT_FALSE(query.counts);
}

TEST(EngineQueryOf, NothingAndNonsense) {
  for (const char* text : {"", "&&&", "EIO", "=4", "transport"}) {
    const EngineQuery query = ReadEngineQuery(text);
    EXPECT_EQ(query.name, std::nullopt) << text;
    EXPECT_FALSE(query.base64) << text;
    EXPECT_NE(query.transport, "polling") << text;
  }
  for (const char* text :
       {"transport=polling&transport=websocket", "transport=polling&transport=",
        "transport=polling&a=1&transport=polling"})
    EXPECT_EQ(ReadEngineQuery(text).transport, std::nullopt) << text;
  EXPECT_EQ(ReadEngineQuery("xtransport=a&transport=polling").transport,
            "polling");
  EXPECT_FALSE(ReadEngineQuery("b64=0").base64);
  EXPECT_FALSE(ReadEngineQuery("b64=false").base64);
}

// engineio-v3-socketio-v2.md, section 9: browsers of 1.0 to 1.3.
TEST(EngineQueryOf, CountsTellTheOldestClients) {
  for (const char* text : {"t=1416300000000-0", "t=1-12"})
    EXPECT_TRUE(ReadEngineQuery(text).counts) << text;
  for (const char* text : {"t=1416300000000", "t=Q8BseqD.0", "t=-1", "t=1-",
                           "t=a-1", "t=1-1-1", "t="})
    EXPECT_FALSE(ReadEngineQuery(text).counts) << text;
}

TEST(EngineRefusals, HaveTheReferencesWords) {
  const http::Response plain =
      EngineRefusal(EngineError::kUnknownSession, false);
  EXPECT_EQ(plain.status, 400);
  EXPECT_EQ(plain.body, "{\"code\":1,\"message\":\"Session ID unknown\"}");
  const http::Response upgrade = EngineRefusal(EngineError::kBadRequest, true);
  EXPECT_EQ(upgrade.body, "Bad request");
  const http::Response own =
      EngineRefusal(EngineError::kForbidden, false, "a \"quoted\" </script>");
  EXPECT_EQ(own.status, 403);
  EXPECT_EQ(own.body,
            "{\"code\":4,\"message\":\"a \\\"quoted\\\" <\\/script>\"}");
}

std::string Field(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(EngineAnswers, SayWhatTheyAre) {
  const http::Response text = EngineAnswer("4a", EngineForm::kText, "");
  EXPECT_EQ(Field(text, "Content-Type"), "text/plain; charset=UTF-8");
  EXPECT_EQ(Field(text, "Cache-Control"), "no-store");
  EXPECT_EQ(Field(text, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Field(EngineAnswer("x", EngineForm::kBinary, ""), "Content-Type"),
            "application/octet-stream");
  const http::Response script =
      EngineAnswer("\"</\xe2\x80\xa8", EngineForm::kText, "12");
  EXPECT_EQ(Field(script, "Content-Type"), "text/javascript; charset=UTF-8");
  EXPECT_EQ(script.body, "___eio[12](\"\\\"<\\/\\u2028\");");
  EXPECT_EQ(EnginePostAnswer().body, "ok");
  EXPECT_EQ(Field(EnginePostAnswer(), "X-Content-Type-Options"), "nosniff");
}

TEST(EngineBodies, ByContentType) {
  http::Request request;
  request.body = "4a";
  EXPECT_EQ(PostedToEngine(request, false).value().form, EngineForm::kText);
  request.headers.Add("content-type", "application/octet-stream");
  EXPECT_EQ(PostedToEngine(request, false).value().form, EngineForm::kBinary);
}

// The client writes a line end as "\n", and these two characters as "\\n".
TEST(EngineBodies, FormsOfJsonp) {
  const auto posted = [](const std::string& body) {
    http::Request request;
    request.body = body;
    request.headers.Add("content-type", "application/octet-stream");
    base::Result<EngineBody> read = PostedToEngine(request, true);
    return read.ok() ? read.value().payload : std::to_string(read.fault().code);
  };
  EXPECT_EQ(posted("d=5%3A4a%5Cnb"), "5:4a\nb");
  EXPECT_EQ(posted("d=a%5C%5Cnb"), "a\\nb");
  EXPECT_EQ(posted("d=%5C%5C%5Cn"), "\\\\n");
  EXPECT_EQ(posted("d=%5C"), "\\");
  EXPECT_EQ(posted("d=%5Cx"), "\\x");
  EXPECT_EQ(posted("d="), "");
  EXPECT_EQ(posted("e=1"), "400");
  EXPECT_EQ(posted("d=%zz"), "400");
}

}  // namespace
}  // namespace rabbit_socks::transport
