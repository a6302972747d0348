// SPDX-License-Identifier: MPL-2.0
#include "framing/json.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/escape.h"

namespace rabbit_socks::framing {
namespace {

// Of a copy of just its size, so that a step beyond is seen.
int Code(base::Bytes text, const Limits& limits = {}) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return CheckJson({copy.get(), text.size()}, limits).code;
}

TEST(JsonTest, TakesEveryKindOfValue) {
  for (const char* text :
       {"null",
        "true",
        "false",
        "0",
        "-0",
        "12",
        "-1.5e+3",
        "1E-9",
        "\"\"",
        "[]",
        "{}",
        " [ 1 , \"a\" , { \"b\" : [ ] } ] ",
        "\t\r\n1\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\ud83d\\ude00\"",
        "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x80\xa8\"",
        "\"\\u0000\"",
        "{\"a\":1,\"a\":2}",
        "18446744073709551616",
        "1e-400",
        "1e308",
        "{\"__proto__\":{\"constructor\":1}}"}) {
    EXPECT_EQ(Code(text), 0) << text;
  }
}

TEST(JsonTest, RefusesWhatIsNotOneValue) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "}",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:1}",
                           "{'a':1}",
                           "1 2",
                           "[]x",
                           "[][]",
                           "nul",
                           "nullx",
                           "True",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "-",
                           "+1",
                           "01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x10",
                           "\"",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\n\"",
                           "\"\t\"",
                           "// c\n1",
                           "/* c */1",
                           "undefined",
                           "\xef\xbb\xbf"
                           "1"}) {
    EXPECT_EQ(Code(text), 1007) << text;
  }
}

// E33
TEST(JsonTest, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_EQ(Code("1e999"), 1007);
  EXPECT_EQ(Code("-1e999"), 1007);
  EXPECT_EQ(Code("0e999"), 1007);
  EXPECT_EQ(Code("[1e99999999999999999999]"), 1007);
  EXPECT_EQ(Code(std::string(400, '9')), 1007);
  EXPECT_EQ(Code("0." + std::string(100000, '1')), 0);
}

// E33
TEST(JsonTest, RefusesHalfAPair) {
  for (const char* text : {"\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"",
                           "\"\\ude00\"", "\"\\ude00\\ud83d\"",
                           "{\"\\ude00\":1}", "[\"\\ud83d\\ud83d\\ude00\"]"}) {
    EXPECT_EQ(Code(text), 1007) << text;
  }
}

TEST(JsonTest, RefusesWhatIsNotUtf8) {
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xc3", "\"\xed\xa0\x80\"", "\"\xc0\x80\"",
        "\"\xf4\x90\x80\x80\"", "\xff", "{\"\xff\":1}"}) {
    EXPECT_EQ(Code(text), 1007) << test::Escape(text);
  }
}

// The parser takes a zero byte for the end of its text.
TEST(JsonTest, AZeroByteEndsNothing) {
  for (const base::Bytes text :
       {base::Bytes("1\0", 2), base::Bytes("\0", 1), base::Bytes("\0001", 2),
        base::Bytes("[1]\0[2]", 7), base::Bytes("\"a\0b\"", 5),
        base::Bytes("[\0]", 3)}) {
    EXPECT_EQ(Code(text), 1007) << test::Escape(text);
  }
}

// E33, L15
TEST(JsonTest, DepthIsLimited) {
  for (const uint32_t limit : {1U, 64U, 1024U}) {
    Limits limits;
    limits.max_json_depth = limit;
    const auto nested = [](size_t depth, char open, char close) {
      return std::string(depth, open) + std::string(depth, close);
    };
    EXPECT_EQ(Code(nested(limit, '[', ']'), limits), 0);
    EXPECT_EQ(Code(nested(limit + 1, '[', ']'), limits), 1009);
  }
  EXPECT_EQ(Code(std::string(100000, '[')), 1009);
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_EQ(Code(objects), 1009);
  // Beside each other is not in each other.
  std::string flat = "[";
  for (int i = 0; i < 1000; ++i) flat += "[],{},";
  EXPECT_EQ(Code(flat + "1]"), 0);
}

std::string Object(size_t keys) {
  std::string text = "{";
  for (size_t i = 0; i < keys; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  }
  return text + "}";
}

// E33, L15
TEST(JsonTest, KeysOfOneObjectAreLimited) {
  Limits limits;
  limits.max_json_keys = 3;
  EXPECT_EQ(Code(Object(3), limits), 0);
  EXPECT_EQ(Code(Object(4), limits), 1009);
  EXPECT_EQ(Code("[" + Object(3) + "," + Object(3) + "]", limits), 0);
  EXPECT_EQ(Code("{\"a\":" + Object(4) + "}", limits), 1009);
  EXPECT_EQ(Code(Object(1000)), 0);
  EXPECT_EQ(Code(Object(1001)), 1009);
}

std::string Literal(base::Bytes text) {
  std::string out = "f(";
  AppendJsonString(text, &out);
  return out;
}

TEST(JsonTest, StringsAreSafeInScripts) {
  EXPECT_EQ(Literal(""), "f(\"\"");
  EXPECT_EQ(Literal("plain \xc3\xbc\xf0\x9f\x98\x80 'x' &"),
            "f(\"plain \xc3\xbc\xf0\x9f\x98\x80 'x' &\"");
  EXPECT_EQ(Literal("\"\\\n\r\t\x01\x1f\x7f"),
            "f(\"\\\"\\\\\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(Literal(base::Bytes("\0", 1)), "f(\"\\u0000\"");
  EXPECT_EQ(Literal("</script><!--<script>a</"),
            "f(\"<\\/script>\\u003c!--<script>a<\\/\"");
  EXPECT_EQ(Literal("<"), "f(\"<\"");
  EXPECT_EQ(Literal("<<//"), "f(\"<<\\//\"");
  EXPECT_EQ(Literal("a\xe2\x80\xa8"
                    "b\xe2\x80\xa9\xe2\x80\xaa\xe2\x82\xac"),
            "f(\"a\\u2028b\\u2029\xe2\x80\xaa\xe2\x82\xac\"");
  EXPECT_EQ(Literal("~m~4~m~~j~{\"a\":1}"), "f(\"~m~4~m~~j~{\\\"a\\\":1}\"");
}

TEST(JsonTest, StringsAreJson) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  for (const base::Bytes text :
       {base::Bytes(all), base::Bytes("</<!\xe2\x80\xa8")}) {
    std::string out;
    AppendJsonString(text, &out);
    EXPECT_EQ(Code(out), 0) << out;
  }
}

}  // namespace
}  // namespace rabbit_socks::framing
