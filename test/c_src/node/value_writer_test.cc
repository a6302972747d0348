// SPDX-License-Identifier: MPL-2.0
#include "node/value_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "framing/json_value.h"
#include "node/value_golden.h"
#include "node/value_reader.h"
#include "support/escape.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Value;

Value Parsed(Bytes json, uint32_t attachments = 0) {
  framing::Limits limits;
  limits.max_json_keys = 1000000;
  Value value;
  EXPECT_FALSE(framing::ParseJson(json, limits, attachments, &value)) << json;
  return value;
}

std::string Term(const Value& value, size_t index = 0,
                 const std::vector<Bytes>& attachments = {}) {
  std::string out;
  AppendValue(value, index, attachments, &out);
  return out;
}

std::string Shown(Bytes json) { return test::Escape(Term(Parsed(json))); }

// What the writer made, read and written as JSON.
std::string Again(Bytes json) {
  const std::string term = Term(Parsed(json));
  TermReader reader(term);
  Value value;
  EXPECT_FALSE(ReadValue(&reader, &value));
  EXPECT_TRUE(reader.AtEnd());
  std::string text;
  framing::AppendJson(value, 0, framing::JsonForm::kUtf8, &text, nullptr);
  return text;
}

TEST(ValueWriterTest, WritesTheTermsOfTheGoldenFile) {
  for (const golden::ValueLine& line : golden::LoadValues("edge")) {
    const std::vector<Bytes> attachments(line.attachments.begin(),
                                         line.attachments.end());
    const Value value =
        Parsed(line.json, static_cast<uint32_t>(attachments.size()));
    EXPECT_EQ(test::Escape(Term(value, 0, attachments)),
              test::Escape(line.term))
        << line.name;
  }
}

TEST(ValueWriterTest, AppendsAPartOfAValue) {
  const Value value = Parsed("[\"name\",{\"a\":[1,-2]},3]");
  std::string out = "before";
  AppendValue(value, 2, {}, &out);
  EXPECT_EQ(test::Escape(out),
            "beforet\\x00\\x00\\x00\\x01m\\x00\\x00\\x00\\x01al\\x00\\x00\\x00"
            "\\x02a\\x01b\\xff\\xff\\xff\\xfej");
  EXPECT_EQ(test::Escape(Term(value, 4)), test::Escape(Term(Parsed("[1,-2]"))));
  EXPECT_EQ(test::Escape(Term(value, 7)), "a\\x03");
}

TEST(ValueWriterTest, BytesOfOurOwnAndOfThePeer) {
  Value value;
  value.Array(2);
  value.Binary(Bytes("\0\xff", 2));
  value.Attachment(1);
  EXPECT_EQ(test::Escape(Term(value, 0, {"zero", "one"})),
            "l\\x00\\x00\\x00\\x02"
            "h\\x02w\\x06binarym\\x00\\x00\\x00\\x02\\x00\\xff"
            "h\\x02w\\x06binarym\\x00\\x00\\x00\\x03onej");
}

TEST(ValueWriterTest, BytesAreListsAsErlangPacksThem) {
  std::string json = "[0";
  for (int i = 1; i < 65535; ++i) json += ",1";
  const std::string packed = Term(Parsed(json + "]"));
  EXPECT_EQ(test::Escape(packed.substr(0, 5)), "k\\xff\\xff\\x00\\x01");
  EXPECT_EQ(packed.size(), 65538U);
  const std::string list = Term(Parsed(json + ",1]"));
  EXPECT_EQ(test::Escape(list.substr(0, 5)), "l\\x00\\x01\\x00\\x00");
  EXPECT_EQ(list.size(), 5 + 2 * 65536 + 1U);
  EXPECT_EQ(Shown("[true]"), "l\\x00\\x00\\x00\\x01w\\x04truej");
  EXPECT_EQ(Shown("[1.0]"),
            "l\\x00\\x00\\x00\\x01F?\\xf0\\x00\\x00\\x00\\x00\\x00\\x00j");
}

TEST(ValueWriterTest, OfAKeyThatComesAgainTheLastOneCounts) {
  EXPECT_EQ(Again("{\"a\":1,\"b\":2,\"a\":3}"), "{\"b\":2,\"a\":3}");
  EXPECT_EQ(Again("{\"a\":1,\"a\":2,\"a\":3}"), "{\"a\":3}");
  EXPECT_EQ(Again("{\"a\":1,\"a\\u0000\":2,\"\":3,\"\":4,\"\\u0061\":5}"),
            "{\"a\\u0000\":2,\"\":4,\"a\":5}");
  EXPECT_EQ(Again("[{\"a\":1,\"a\":2},{\"a\":1},{\"b\":1,\"b\":2},7]"),
            "[{\"a\":2},{\"a\":1},{\"b\":2},7]")
      << "objects beside each other have nothing in common";
  EXPECT_EQ(Again("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}"),
            "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}")
      << "nor have those within each other";
}

TEST(ValueWriterTest, KeysThatComeAgainWithinWhatGoesAndWhatStays) {
  EXPECT_EQ(Again("{\"a\":{\"b\":1,\"b\":[{\"c\":1,\"c\":2}]},\"x\":[0],\"a\":{"
                  "\"b\":3,\"d\":4,\"b\":5,\"e\":{\"f\":6,\"f\":{}}},\"y\":8}"),
            "{\"x\":[0],\"a\":{\"d\":4,\"b\":5,\"e\":{\"f\":{}}},\"y\":8}");
  EXPECT_EQ(Again("[{\"a\":1,\"a\":{\"b\":1,\"a\":2,\"b\":3}},\"end\"]"),
            "[{\"a\":{\"a\":2,\"b\":3}},\"end\"]");
  // What was in the string before stays.
  std::string out = "before";
  AppendValue(Parsed("[{\"a\":1,\"a\":[]},{\"a\":1,\"a\":[]}]"), 5, {}, &out);
  EXPECT_EQ(test::Escape(out), "beforej");
  out = "before";
  AppendValue(Parsed("[0,{\"a\":1,\"a\":[]}]"), 2, {}, &out);
  EXPECT_EQ(test::Escape(out),
            "beforet\\x00\\x00\\x00\\x01m\\x00\\x00\\x00\\x01aj");
}

// Each object within the first of two pairs of the same key: were each taken
// out on its own, the rest would move as often as it is deep.
TEST(ValueWriterTest, AttackerCanNestKeysThatComeAgain) {
  std::string json = "1";
  for (int i = 0; i < 63; ++i) json = "{\"a\":" + json + ",\"a\":2}";
  EXPECT_EQ(Again("[" + json + "]"), "[{\"a\":2}]");
  json = "1";
  for (int i = 0; i < 64; ++i) json = "{\"a\":2,\"a\":" + json + "}";
  std::string expected = "1";
  for (int i = 0; i < 64; ++i) expected = "{\"a\":" + expected + "}";
  EXPECT_EQ(Again(json), expected);
}

// E33: with work that grows as the square of them this would take minutes.
TEST(ValueWriterTest, ManyKeys) {
  std::string json = "{\"k0\":0";
  for (int i = 1; i < 200000; ++i) {
    const std::string key = std::to_string(i % 100000);
    json += ",\"k" + key + "\":" + std::to_string(i);
  }
  const std::string term = Term(Parsed(json + "}"));
  EXPECT_EQ(test::Escape(term.substr(0, 5)), "t\\x00\\x01\\x86\\xa0");
  TermReader reader(term);
  Value value;
  ASSERT_FALSE(ReadValue(&reader, &value));
  EXPECT_TRUE(reader.AtEnd());
  ASSERT_NE(value.Find(0, "k99999"), nullptr);
  EXPECT_EQ(value.Find(0, "k99999")->number, 199999);
  EXPECT_EQ(value.Find(0, "k0")->number, 100000);
}

TEST(ValueWriterTest, DepthCostsNoStack) {
  Value value;
  for (int i = 0; i < 1000000; ++i) value.Array(1);
  value.Null();
  EXPECT_EQ(Term(value).size(), 6 * 1000000 + 6U);
}

// The bound of the header, at its worst.
TEST(ValueWriterTest, ATermIsAtMostThriceItsText) {
  for (const char* json : {"1e1", "[1e1]", "[1e1,1e1,1e1]", "[[[]]]", "\"\"",
                           "[{},{}]", "{\"\":1e1}", "[[0],[true]]", "-0"}) {
    EXPECT_LE(Term(Parsed(json)).size(), 3 * Bytes(json).size()) << json;
  }
}

}  // namespace
}  // namespace rabbit_socks::node
