// SPDX-License-Identifier: MPL-2.0
#include "node/term_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/escape.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;

// A term in memory of just its size, so that a step beyond is seen.
class Exact {
 public:
  explicit Exact(Bytes term) : size_(term.size()) {
    term.copy(copy_.get(), size_);
  }
  Bytes bytes() const { return {copy_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> copy_ = std::make_unique<char[]>(size_);
};

// One of each element that term_to_binary writes today or wrote before.
std::vector<std::string> OneOfEach() {
  const std::vector<const char*> escaped = {
      "a\\x05",                                           // small integer
      "b\\xff\\xff\\xff\\xff",                            // integer
      "n\\x02\\x00\\x01\\x02",                            // bignum
      "o\\x00\\x00\\x00\\x02\\x01\\x01\\x02",             // large bignum
      "F\\x3f\\xf8\\x00\\x00\\x00\\x00\\x00\\x00",        // float
      "c{31*1}",                                          // old float
      "w\\x02ab",                                         // atoms
      "s\\x02ab",                                         //
      "v\\x00\\x02ab",                                    //
      "d\\x00\\x02ab",                                    //
      "h\\x02a\\x01a\\x02",                               // tuples
      "i\\x00\\x00\\x00\\x01j",                           //
      "j",                                                // []
      "k\\x00\\x03abc",                                   // string
      "l\\x00\\x00\\x00\\x01a\\x01j",                     // list
      "l\\x00\\x00\\x00\\x01a\\x01a\\x02",                // improper list
      "t\\x00\\x00\\x00\\x01a\\x01a\\x02",                // map
      "m\\x00\\x00\\x00\\x03abc",                         // binary
      "M\\x00\\x00\\x00\\x01\\x03\\xe0",                  // bitstring
      "Xw\\x01n\\x00\\x00\\x00\\x01{8*\\x00}",            // pids
      "gd\\x00\\x01n\\x00\\x00\\x00\\x01{4*\\x00}\\x02",  //
      "xw\\x01n{12*\\x00}",                               // ports
      "Yw\\x01n{8*\\x00}",                                //
      "Z\\x00\\x02w\\x01n\\x00\\x00\\x00\\x00{8*\\x07}",  // reference
      "qw\\x01mw\\x01fa\\x01",                            // external fun
      "p\\x00\\x00\\x00\\x06xx",                          // fun
  };
  std::vector<std::string> terms;
  terms.reserve(escaped.size());
  for (const char* text : escaped) terms.push_back(test::Unescape(text));
  return terms;
}

TEST(TermReaderTest, SkipsEveryKindOfTermWhole) {
  for (const std::string& term : OneOfEach()) {
    TermReader reader(term);
    EXPECT_TRUE(reader.Skip()) << test::Escape(term);
    EXPECT_TRUE(reader.AtEnd()) << test::Escape(term);
  }
}

// K01
TEST(TermReaderTest, SkipsNoTermThatIsCut) {
  for (const std::string& term : OneOfEach()) {
    for (size_t size = 0; size < term.size(); ++size) {
      const Exact cut(Bytes(term).substr(0, size));
      TermReader reader(cut.bytes());
      EXPECT_FALSE(reader.Skip()) << test::Escape(term) << " at " << size;
    }
  }
}

// K01: whatever is asked of whatever is there, and however it is cut.
TEST(TermReaderTest, AsksOfAnythingStayInside) {
  for (const std::string& term : OneOfEach()) {
    for (size_t size = 0; size <= term.size(); ++size) {
      const Exact cut(Bytes(term).substr(0, size));
      const bool whole = size == term.size();
      uint32_t count = 0;
      int64_t number = 0;
      bool flag = false;
      double real = 0;
      Bytes bytes;
      const auto ask = [&](auto&& question, const char* tags) {
        TermReader reader(cut.bytes());
        const bool can = size != 0 && Bytes(tags).find(term[0]) != Bytes::npos;
        if (question(&reader)) {
          EXPECT_TRUE(can) << test::Escape(term) << " is none of " << tags;
        } else {
          EXPECT_FALSE(can && whole) << test::Escape(term) << " is of " << tags;
        }
      };
      ask([&](TermReader* r) { return r->AnyTuple(&count); }, "hi");
      ask([&](TermReader* r) { return r->List(&count); }, "lj");
      ask([&](TermReader* r) { return r->ListEnd(); }, "j");
      ask([&](TermReader* r) { return r->Map(&count); }, "t");
      ask([&](TermReader* r) { return r->Atom(&bytes); }, "wsvd");
      ask([&](TermReader* r) { return r->AnyAtom(&bytes, &flag); }, "wsvd");
      ask([&](TermReader* r) { return r->Boolean(&flag); }, "");
      ask([&](TermReader* r) { return r->Bignum(&flag, &bytes); }, "no");
      ask([&](TermReader* r) { return r->Double(&real); }, "F");
      ask([&](TermReader* r) { return r->PackedList(&bytes); }, "k");
      ask([&](TermReader* r) { return r->Binary(&bytes); }, "m");
      ask([&](TermReader* r) { return r->Pid(&bytes); }, "Xg");
      ask(
          [&](TermReader* r) {
            return r->Integer(INT64_MIN, INT64_MAX, &number);
          },
          "abno");
    }
  }
}

// K01: lengths of all ones, which an addition could wrap.
TEST(TermReaderTest, LengthsBeyondTheTermAreRefused) {
  for (const char tag : std::string("abnowsvdhijklmMtXgxYZqpFcPeru\x83")) {
    for (const char fill : {'\xff', '\x7f', '\x80', '\x00', 'w'}) {
      for (size_t more = 0; more < 40; ++more) {
        const Exact term(std::string(1, tag) + std::string(more, fill));
        TermReader reader(term.bytes());
        (void)reader.Skip();
        TermReader other(term.bytes());
        int64_t number = 0;
        (void)other.Integer(INT64_MIN, INT64_MAX, &number);
        TermReader last(term.bytes());
        Bytes bytes;
        bool flag = false;
        (void)(last.Bignum(&flag, &bytes) || last.AnyAtom(&bytes, &flag) ||
               last.PackedList(&bytes));
      }
    }
  }
  // Elements that are promised and not there: at once, not after 2^32 steps.
  for (const char* text : {"i\\xff\\xff\\xff\\xff", "l\\xff\\xff\\xff\\xff",
                           "t\\xff\\xff\\xff\\xff"}) {
    const Exact term(test::Unescape(text));
    TermReader reader(term.bytes());
    EXPECT_FALSE(reader.Skip()) << text;
  }
}

bool ReadInteger(const char* escaped, int64_t min, int64_t max,
                 int64_t* value) {
  const Exact term(test::Unescape(escaped));
  TermReader reader(term.bytes());
  return reader.Integer(min, max, value) && reader.AtEnd();
}

TEST(TermReaderTest, ReadsIntegersWithinTheirRange) {
  int64_t value = 0;
  EXPECT_TRUE(ReadInteger("a\\xff", 0, 255, &value));
  EXPECT_EQ(value, 255);
  EXPECT_FALSE(ReadInteger("a\\xff", 0, 254, &value));
  EXPECT_TRUE(ReadInteger("b\\xff\\xff\\xff\\xfe", -2, 0, &value));
  EXPECT_EQ(value, -2);
  EXPECT_FALSE(ReadInteger("b\\xff\\xff\\xff\\xfe", -1, 0, &value));
  EXPECT_TRUE(ReadInteger("n\\x08\\x00{7*\\xff}\\x7f", 0, INT64_MAX, &value));
  EXPECT_EQ(value, INT64_MAX);
  EXPECT_FALSE(
      ReadInteger("n\\x08\\x00{8*\\xff}", INT64_MIN, INT64_MAX, &value));
  EXPECT_FALSE(
      ReadInteger("n\\x09\\x00{9*\\x01}", INT64_MIN, INT64_MAX, &value));
  EXPECT_FALSE(ReadInteger("o\\x00\\x01\\x11\\x70\\x00{70000*\\x01}", INT64_MIN,
                           INT64_MAX, &value));
}

TEST(TermReaderTest, ReadsNamesInEveryEncoding) {
  for (const char* text :
       {"w\\x04name", "s\\x04name", "v\\x00\\x04name", "d\\x00\\x04name"}) {
    const Exact term(test::Unescape(text));
    TermReader reader(term.bytes());
    Bytes name;
    EXPECT_TRUE(reader.Atom(&name)) << text;
    EXPECT_EQ(name, "name");
    EXPECT_TRUE(reader.AtEnd());
  }
  const std::string umlaut = test::Unescape("w\\x02\\xc3\\xbc");
  TermReader reader(umlaut);
  Bytes name;
  EXPECT_FALSE(reader.Atom(&name));
}

TEST(TermReaderTest, ReadsAnyName) {
  const std::pair<const char*, bool> names[] = {
      {"w\\x02\\xc3\\xbc", false},
      {"v\\x00\\x02\\xc3\\xbc", false},
      {"s\\x02\\xc3\\xbc", true},
      {"d\\x00\\x02\\xc3\\xbc", true},
  };
  for (const auto& [text, expected] : names) {
    const Exact term(test::Unescape(text));
    TermReader reader(term.bytes());
    Bytes name;
    bool latin = !expected;
    EXPECT_TRUE(reader.AtAtom()) << text;
    EXPECT_TRUE(reader.AnyAtom(&name, &latin)) << text;
    EXPECT_EQ(name, "\xc3\xbc");
    EXPECT_EQ(latin, expected) << text;
    EXPECT_TRUE(reader.AtEnd());
  }
}

TEST(TermReaderTest, ReadsBignumsOfEverySize) {
  for (const auto& [text, size] :
       {std::pair("n\\x00\\x00", 0U), std::pair("n\\x02\\x00\\x01\\x02", 2U),
        std::pair("n\\xff\\x01{255*\\x07}", 255U),
        std::pair("o\\x00\\x00\\x01\\x00\\x01{256*\\x07}", 256U)}) {
    const Exact term(test::Unescape(text));
    TermReader reader(term.bytes());
    bool negative = false;
    Bytes magnitude;
    EXPECT_TRUE(reader.Bignum(&negative, &magnitude)) << text;
    EXPECT_EQ(negative, size > 2) << text;
    EXPECT_EQ(magnitude.size(), size);
    EXPECT_TRUE(reader.AtEnd());
  }
}

TEST(TermReaderTest, ReadsFiniteDoubles) {
  const auto read = [](const char* text, double* value) {
    const Exact term(test::Unescape(text));
    TermReader reader(term.bytes());
    return reader.Double(value) && reader.AtEnd();
  };
  double value = 0;
  EXPECT_TRUE(read("F\\x3f\\xf8{6*\\x00}", &value));
  EXPECT_EQ(value, 1.5);
  EXPECT_TRUE(read("F\\xff\\xef{6*\\xff}", &value));
  EXPECT_EQ(value, -std::numeric_limits<double>::max());
  EXPECT_FALSE(read("F\\x7f\\xf0{6*\\x00}", &value)) << "infinite";
  EXPECT_FALSE(read("F\\xff\\xf8{6*\\x00}", &value)) << "no number";
}

TEST(TermReaderTest, ReadsPackedLists) {
  const Exact term(test::Unescape("k\\x00\\x03\\x00a\\xff"));
  TermReader reader(term.bytes());
  Bytes bytes;
  EXPECT_TRUE(reader.PackedList(&bytes));
  EXPECT_EQ(bytes, Bytes("\0a\xff", 3));
  EXPECT_TRUE(reader.AtEnd());
}

TEST(TermReaderTest, APidIsKeptAsItIs) {
  for (const char* text : {"Xw\\x01n\\x00\\x00\\x00\\x01{8*\\x00}",
                           "gd\\x00\\x01n\\x00\\x00\\x00\\x01{4*\\x00}\\x02"}) {
    const std::string term = test::Unescape(text);
    TermReader reader(term);
    Bytes pid;
    EXPECT_TRUE(reader.Pid(&pid));
    EXPECT_EQ(pid, term);
    EXPECT_TRUE(reader.AtEnd());
  }
}

}  // namespace
}  // namespace rabbit_socks::node
