// SPDX-License-Identifier: MPL-2.0
#include "node/value_reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "framing/json_value.h"
#include "node/value_golden.h"
#include "node/value_writer.h"
#include "support/escape.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Value;

std::string Json(const Value& value, size_t index,
                 std::vector<Bytes>* attachments) {
  std::string text;
  framing::AppendJson(value, index, framing::JsonForm::kUtf8, &text,
                      attachments);
  return text;
}

// What becomes of a term: JSON text, "broken", or what it is. It is read from
// a copy of just its size, so that a step beyond is seen.
std::string Read(Bytes term, std::vector<std::string>* attachments = nullptr) {
  const auto copy = std::make_unique<char[]>(term.size());
  term.copy(copy.get(), term.size());
  TermReader reader({copy.get(), term.size()});
  Value value;
  value.Text("before");
  const base::Fault fault = ReadValue(&reader, &value);
  if (fault.code == kBrokenTerm) return "broken";
  EXPECT_TRUE(reader.AtEnd()) << test::Escape(term);
  if (fault) {
    EXPECT_EQ(fault.code, kNoValue);
    EXPECT_EQ(value.tokens().size(), 1U);
    return std::string(fault.text);
  }
  EXPECT_EQ(value.After(1), value.tokens().size());
  EXPECT_EQ(value.BytesOf(value.tokens()[0]), "before");
  std::vector<Bytes> views;
  const std::string text = Json(value, 1, &views);
  if (attachments != nullptr) attachments->assign(views.begin(), views.end());
  return text;
}

std::string ReadEscaped(Bytes term) { return Read(test::Unescape(term)); }

TEST(ValueReaderTest, ReadsTheTermsOfTheGoldenFile) {
  for (const golden::ValueLine& line : golden::LoadValues("node")) {
    std::vector<std::string> attachments;
    EXPECT_EQ(Read(line.term, &attachments), line.json) << line.name;
    EXPECT_EQ(attachments, line.attachments) << line.name;
  }
}

TEST(ValueReaderTest, SaysWhatIsNoValue) {
  for (const golden::ValueLine& line : golden::LoadValues("refused")) {
    EXPECT_EQ(Read(line.term), line.json) << line.name;
  }
  EXPECT_EQ(ReadEscaped("p\\x00\\x00\\x00\\x06xx"), "a fun");
  EXPECT_EQ(ReadEscaped("c{31*1}"), "a float in the form of old nodes");
}

// K01
TEST(ValueReaderTest, EveryCutIsBroken) {
  for (const char* direction : {"node", "refused"}) {
    for (const golden::ValueLine& line : golden::LoadValues(direction)) {
      for (size_t size = 0; size < line.term.size(); ++size) {
        EXPECT_EQ(Read(Bytes(line.term).substr(0, size)), "broken")
            << line.name << " at " << size;
      }
    }
  }
}

// K01: whatever comes of it, it stays within the term and what is taken is
// written and read again the same.
TEST(ValueReaderTest, SurvivesEveryChangedByte) {
  for (const golden::ValueLine& line : golden::LoadValues("node")) {
    for (size_t at = 0; at < line.term.size(); ++at) {
      for (const char byte : {'\x00', '\x01', '\x7f', '\x80', '\xff', 'j'}) {
        std::string term = line.term;
        term[at] = byte;
        TermReader reader(term);
        Value value;
        if (ReadValue(&reader, &value)) continue;
        std::string written;
        AppendValue(value, 0, {}, &written);
        std::string again;
        Value second;
        TermReader back(written);
        ASSERT_FALSE(ReadValue(&back, &second)) << test::Escape(term);
        AppendValue(second, 0, {}, &again);
        EXPECT_EQ(again, written);
      }
    }
  }
}

TEST(ValueReaderTest, WhatNoNodeWritesIsBroken) {
  for (const char* term : {
           "",
           "P\\x00\\x00\\x00\\x01x",                   // compressed
           "\\x83j",                                   // a second version
           "F\\x7f\\xf0{6*\\x00}",                     // infinite
           "F\\x7f\\xf8{6*\\x00}",                     // no number
           "w\\x02a\\xff",                             // a name not UTF-8
           "l\\x00\\x00\\x00\\x00j",                   // a head of none
           "l\\xff\\xff\\xff\\xffj",                   // sizes beyond it
           "t\\xff\\xff\\xff\\xff",                    //
           "k\\xff\\xffaa",                            //
           "m\\xff\\xff\\xff\\xffaa",                  //
           "l\\x00\\x00\\x00\\x02"                     // broken behind what is
           "Xw\\x01n\\x00\\x00\\x00\\x01{8*\\x00}?j",  // no value
       }) {
    EXPECT_EQ(ReadEscaped(term), "broken") << term;
  }
}

TEST(ValueReaderTest, OneTermOfSeveral) {
  const std::string terms = test::Unescape("a\\x01h\\x00jk\\x00\\x01a");
  TermReader reader(terms);
  Value value;
  EXPECT_FALSE(ReadValue(&reader, &value));
  EXPECT_EQ(ReadValue(&reader, &value).code, kNoValue);
  EXPECT_FALSE(ReadValue(&reader, &value));
  EXPECT_FALSE(ReadValue(&reader, &value));
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_EQ(value.tokens().size(), 4U) << "1, [] and [97]";
  EXPECT_EQ(Json(value, 0, nullptr), "1");
  EXPECT_EQ(Json(value, 1, nullptr), "[]");
  EXPECT_EQ(Json(value, 2, nullptr), "[97]");
}

// The bytes of what was read until then go too.
TEST(ValueReaderTest, OfARefusedTermNothingStays) {
  Value value;
  const std::string first = test::Unescape("m\\x00\\x00\\x00\\x03one");
  TermReader reader(first);
  ASSERT_FALSE(ReadValue(&reader, &value));
  const std::string term =
      test::Unescape("l\\x00\\x00\\x00\\x02m\\x00\\x00\\x00\\x03twoh\\x00j");
  TermReader refused(term);
  EXPECT_EQ(ReadValue(&refused, &value).code, kNoValue);
  value.Text("three");
  ASSERT_EQ(value.tokens().size(), 2U);
  EXPECT_EQ(value.BytesOf(value.tokens()[0]), "one");
  EXPECT_EQ(value.BytesOf(value.tokens()[1]), "three");
  EXPECT_EQ(value.tokens()[1].at, 3U);
}

TEST(ValueReaderTest, MapsBeyondThoseThatErlangSorts) {
  std::string term = test::Unescape("t\\x00\\x00\\x03\\xe8");
  std::string expected = "{";
  for (int i = 0; i < 1000; ++i) {
    const std::string key = std::to_string(1000 + i);
    term += std::string("m\0\0\0\4", 5) + key + "j";
    expected += std::string(i > 0 ? "," : "") + "\"" + key + "\":[]";
  }
  EXPECT_EQ(Read(term), expected + "}");
}

TEST(ValueReaderTest, DepthCostsNoStack) {
  std::string term;
  for (int i = 0; i < 1000000; ++i) term += std::string("l\0\0\0\1", 5);
  EXPECT_EQ(Read(term), "broken");
  EXPECT_EQ(Read(term + "j" + std::string(1000000, 'j')),
            "a term nested too deep");
}

}  // namespace
}  // namespace rabbit_socks::node
