// SPDX-License-Identifier: MPL-2.0
#include "framing/json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Value;
using testing::ElementsAre;
using Kind = Value::Kind;

// Of a copy of just its size, so that a step beyond is seen.
base::Fault Parse(Bytes text, Value* value, uint32_t attachments = 0,
                  const Limits& limits = {}) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return ParseJson({copy.get(), text.size()}, limits, attachments, value);
}

std::string Written(const Value& value, JsonForm form = JsonForm::kUtf8,
                    std::vector<Bytes>* attachments = nullptr) {
  std::string text;
  AppendJson(value, 0, form, &text, attachments);
  return text;
}

std::string Again(Bytes text, JsonForm form = JsonForm::kUtf8) {
  Value value;
  const base::Fault fault = Parse(text, &value);
  return fault ? "fault " + std::to_string(fault.code) : Written(value, form);
}

TEST(JsonValueTest, EveryKindComesBack) {
  for (const char* text :
       {"null", "true", "false", "0", "-1", "9223372036854775807",
        "-9223372036854775808", "0.1", "-1.5e-07", "1e+300", "\"\"", "[]", "{}",
        "[[],{},[{}],[1,[2,[3]]]]",
        "{\"a\":{\"b\":[1,2.5,{\"c\":null}]},\"d\":[true,false]}",
        "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80 \\\"\\\\\\n\\u0000\"",
        "{\"__proto__\":{\"constructor\":1}}"}) {
    EXPECT_EQ(Again(text), text);
  }
  EXPECT_EQ(Again(" [ 1 , { \"a\" : 2 } ] "), "[1,{\"a\":2}]");
  EXPECT_EQ(Again("{\"a\":1,\"a\":2}"), "{\"a\":1,\"a\":2}");
  EXPECT_EQ(Again("18446744073709551615"), "18446744073709551616")
      << "a double, as in JavaScript";
  EXPECT_EQ(Again("5e-324"), "5e-324");
  EXPECT_EQ(Again("0.1234567890123456789"), "0.12345678901234568");
  EXPECT_EQ(Again("1.0"), "1");
}

// RapidJSON's full precision has steps outside of its tables for some of them.
TEST(JsonValueTest, EveryNumberIsTheNearestDouble) {
  const std::string zeros(400, '0');
  const std::string many(100000, '0');
  EXPECT_EQ(Again("0e-311"), "0");
  EXPECT_EQ(Again("0." + zeros + "1"), "0");
  EXPECT_EQ(Again("-0." + zeros + "1"), "-0");
  EXPECT_EQ(Again("0." + many + "1"), "0");
  EXPECT_EQ(Again("1" + zeros.substr(100) + "." + many + "1e-100300"), "0");
  EXPECT_EQ(Again("0." + zeros + "1e401"), "1");
  EXPECT_EQ(Again("1e-214748364799"), "0");
  EXPECT_EQ(Again("4.9e-324"), "5e-324");
  EXPECT_EQ(Again("2.4703282292062327e-324"), "0");
  EXPECT_EQ(Again("2.4703282292062328e-324"), "5e-324");
  EXPECT_EQ(Again("2.2250738585072011e-308"), "2.225073858507201e-308");
  EXPECT_EQ(Again("9007199254740993.0"), "9007199254740992");
  EXPECT_EQ(Again("9007199254740993." + zeros + "1"), "9007199254740994");
  EXPECT_EQ(Again("1.7976931348623158e308"), "1.7976931348623157e+308");
  for (const char* text : {"1.7976931348623159e308", "-1.8e308", "1.9e308"}) {
    EXPECT_EQ(Again(text), "fault 1007") << text;
  }
}

TEST(JsonValueTest, AsciiSaysTheSame) {
  EXPECT_EQ(Again("[\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x80\xa8 a\"]",
                  JsonForm::kAscii),
            "[\"\\u00fc\\u20ac\\ud83d\\ude00\\u2028 a\"]");
  EXPECT_EQ(Again("{\"\xf4\x8f\xbf\xbf\":1}", JsonForm::kAscii),
            "{\"\\udbff\\udfff\":1}");
}

TEST(JsonValueTest, WhatCheckJsonRefuses) {
  for (const char* text :
       {"", "[", "[1,]", "{\"a\"}", "01", "1 2", "'a'", "\"\xff\"",
        "\"\\ud83d\"", "\"\\udc00\"", "1e999", "nul", "[\"a\tb\"]"}) {
    EXPECT_EQ(Again(text), "fault 1007") << text;
    EXPECT_TRUE(CheckJson(text, {})) << text;
  }
  EXPECT_EQ(Again(Bytes("1\0", 2)), "fault 1007");
}

TEST(JsonValueTest, Limits) {
  framing::Limits limits;
  limits.max_json_depth = 2;
  limits.max_json_keys = 1;
  Value value;
  EXPECT_FALSE(Parse("[[1]]", &value, 0, limits));
  EXPECT_EQ(Parse("[[[1]]]", &value, 0, limits).code, 1009);
  EXPECT_FALSE(Parse("{\"a\":1}", &value, 0, limits));
  EXPECT_EQ(Parse("{\"a\":1,\"b\":2}", &value, 0, limits).code, 1009);
  EXPECT_EQ(Again(std::string(65, '[') + std::string(65, ']')), "fault 1009");
}

TEST(JsonValueTest, PlaceholdersBecomeAttachments) {
  Value value;
  ASSERT_FALSE(
      Parse("[\"e\",{\"_placeholder\":true,\"num\":1},{\"a\":{\"num\":"
            "0,\"_placeholder\":true}}]",
            &value, 2));
  const auto& tokens = value.tokens();
  ASSERT_EQ(tokens.size(), 6U);
  EXPECT_EQ(tokens[2].kind, Kind::kAttachment);
  EXPECT_EQ(tokens[2].number, 1);
  EXPECT_EQ(tokens[5].kind, Kind::kAttachment);
  EXPECT_EQ(tokens[5].number, 0);
  EXPECT_EQ(value.BytesOf(tokens[4]), "a");
}

TEST(JsonValueTest, WithoutAttachmentsTheyAreObjects) {
  EXPECT_EQ(Again("[{\"_placeholder\":true,\"num\":0}]"),
            "[{\"_placeholder\":true,\"num\":0}]");
  Value value;
  ASSERT_FALSE(Parse("[{\"_placeholder\":false,\"num\":0}]", &value, 1));
  EXPECT_EQ(Written(value), "[{\"_placeholder\":false,\"num\":0}]");
}

// E07, CVE-2022-2421
TEST(JsonValueTest, IllegalAttachments) {
  for (const char* num : {"2", "99", "-1", "\"x\"", "1.5", "null", "1e300",
                          "18446744073709551615"}) {
    Value value;
    const std::string text =
        "[{\"_placeholder\":true,\"num\":" + std::string(num) + "}]";
    EXPECT_EQ(Parse(text, &value, 2).code, 1002) << num;
  }
  Value value;
  EXPECT_EQ(Parse("[{\"_placeholder\":true,\"x\":0}]", &value, 2).code, 1002);
  EXPECT_EQ(Parse("[{\"_placeholder\":true}]", &value, 2).code, 1002);
  EXPECT_EQ(Parse("[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,"
                  "\"num\":0}]",
                  &value, 2)
                .code,
            1002)
      << "each has one place";
}

TEST(JsonValueTest, BytesTravelBeside) {
  Value value;
  value.Array(3);
  value.Binary("ab");
  value.Object(1);
  value.Text("k");
  value.Binary(Bytes("\0\xff", 2));
  value.Integer(7);
  std::vector<Bytes> attachments;
  EXPECT_EQ(Written(value, JsonForm::kUtf8, &attachments),
            "[{\"_placeholder\":true,\"num\":0},{\"k\":{\"_placeholder\":true,"
            "\"num\":1}},7]");
  EXPECT_THAT(attachments, ElementsAre("ab", Bytes("\0\xff", 2)));
  EXPECT_EQ(Written(value), "[null,{\"k\":null},7]")
      << "a generation without binary";
}

TEST(JsonValueTest, BytesWithinTheText) {
  Value value;
  const Bytes text = R"([{"$base64":"AP8="},{"a":{"$base64":""}},"b"])";
  ASSERT_FALSE(ParseInlineJson(text, {}, &value));
  const auto& tokens = value.tokens();
  ASSERT_EQ(tokens.size(), 6U);
  EXPECT_EQ(tokens[1].kind, Kind::kBinary);
  EXPECT_EQ(value.BytesOf(tokens[1]), Bytes("\0\xff", 2));
  EXPECT_EQ(tokens[4].kind, Kind::kBinary);
  EXPECT_EQ(value.BytesOf(tokens[5]), "b");
  std::vector<Bytes> attachments;
  EXPECT_EQ(Written(value, JsonForm::kInline, &attachments), text);
  EXPECT_EQ(Written(value, JsonForm::kInline), text);
  EXPECT_TRUE(attachments.empty());
  EXPECT_EQ(Again(R"([{"$base64":"AP8="}])"), R"([{"$base64":"AP8="}])")
      << "elsewhere it is an object";
}

TEST(JsonValueTest, ObjectsThatAreNoBytes) {
  for (const char* text :
       {R"([{"$base64":"AP8=","a":1}])", R"([{"$base64":"","$base64":""}])",
        R"([{"base64":"AP8="}])", R"([{}])"}) {
    Value value;
    EXPECT_FALSE(ParseInlineJson(text, {}, &value)) << text;
    EXPECT_EQ(Written(value, JsonForm::kInline), text);
  }
}

TEST(JsonValueTest, BytesThatAreNotBase64) {
  for (const char* text :
       {R"({"$base64":"AP8"})", R"({"$base64":"AP9="})", R"({"$base64":1})",
        R"({"$base64":null})", R"({"$base64":{"$base64":""}})"}) {
    Value value;
    EXPECT_EQ(ParseInlineJson(text, {}, &value).code, 1007) << text;
  }
}

TEST(JsonValueTest, APartOfAValue) {
  Value value;
  ASSERT_FALSE(Parse("[\"name\",{\"a\":[1,2]},3]", &value));
  std::string text;
  AppendJson(value, 2, JsonForm::kUtf8, &text, nullptr);
  EXPECT_EQ(text, "{\"a\":[1,2]}");
}

}  // namespace
}  // namespace rabbit_socks::framing
