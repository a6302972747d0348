// SPDX-License-Identifier: MPL-2.0
#include "node/term_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "node/term_reader.h"
#include "support/escape.h"

namespace rabbit_socks::node {
namespace {

TEST(TermWriterTest, WritesTheExternalFormat) {
  std::string out;
  TermWriter term(&out);
  term.Tuple(3);
  term.Atom("ab");
  term.Boolean(true);
  term.Map(1);
  term.Integer(1);
  term.Binary(std::string("\0x", 2));
  term.ListHead(2);
  term.ListHead(0);
  term.ListEnd();
  term.Raw("a\x07");
  term.ListEnd();
  EXPECT_EQ(test::Escape(out),
            "h\\x03w\\x02abw\\x04truet\\x00\\x00\\x00\\x01a\\x01"
            "m\\x00\\x00\\x00\\x02\\x00xl\\x00\\x00\\x00\\x02ja\\x07j");
}

TEST(TermWriterTest, LargeTuplesHaveALargeHead) {
  std::string out;
  TermWriter(&out).Tuple(256);
  EXPECT_EQ(test::Escape(out), "i\\x00\\x00\\x01\\x00");
}

TEST(TermWriterTest, IntegersOfEverySizeComeBack) {
  for (unsigned bits = 0; bits < 63; ++bits) {
    for (const uint64_t value :
         {(uint64_t{1} << bits) - 1, uint64_t{1} << bits}) {
      std::string out;
      TermWriter(&out).Integer(value);
      TermReader reader(out);
      int64_t read = -1;
      EXPECT_TRUE(reader.Integer(0, INT64_MAX, &read));
      EXPECT_EQ(static_cast<uint64_t>(read), value);
      EXPECT_TRUE(reader.AtEnd());
    }
  }
  std::string out;
  TermWriter(&out).Integer(~uint64_t{0});
  EXPECT_EQ(test::Escape(out),
            "n\\x08\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff");
}

std::string Signed(int64_t value) {
  std::string out;
  TermWriter(&out).Signed(value);
  return test::Escape(out);
}

TEST(TermWriterTest, SignedIntegersAreThoseOfErlang) {
  EXPECT_EQ(Signed(0), "a\\x00");
  EXPECT_EQ(Signed(255), "a\\xff");
  EXPECT_EQ(Signed(256), "b\\x00\\x00\\x01\\x00");
  EXPECT_EQ(Signed(-1), "b\\xff\\xff\\xff\\xff");
  EXPECT_EQ(Signed(INT32_MAX), "b\\x7f\\xff\\xff\\xff");
  EXPECT_EQ(Signed(INT32_MIN), "b\\x80\\x00\\x00\\x00");
  EXPECT_EQ(Signed(INT64_C(0x80000000)), "n\\x04\\x00\\x00\\x00\\x00\\x80");
  EXPECT_EQ(Signed(INT64_C(-0x80000001)), "n\\x04\\x01\\x01\\x00\\x00\\x80");
  EXPECT_EQ(Signed(INT64_C(0x100000000)),
            "n\\x05\\x00\\x00\\x00\\x00\\x00\\x01");
  EXPECT_EQ(Signed(INT64_MIN),
            "n\\x08\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80");
}

TEST(TermWriterTest, SignedIntegersOfEverySizeComeBack) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    const uint64_t power = uint64_t{1} << bits;
    for (const uint64_t pattern : {power - 1, power, ~power + 1, ~power}) {
      const auto value = static_cast<int64_t>(pattern);
      std::string out;
      TermWriter(&out).Signed(value);
      TermReader reader(out);
      int64_t read = ~value;
      EXPECT_TRUE(reader.Integer(INT64_MIN, INT64_MAX, &read));
      EXPECT_EQ(read, value);
      EXPECT_TRUE(reader.AtEnd());
    }
  }
}

TEST(TermWriterTest, WritesDoubles) {
  std::string out;
  TermWriter(&out).Double(-1.5);
  EXPECT_EQ(test::Escape(out), "F\\xbf\\xf8\\x00\\x00\\x00\\x00\\x00\\x00");
}

TEST(TermWriterTest, WritesAPackedListHead) {
  std::string out;
  TermWriter(&out).PackedListHead(0x0102);
  EXPECT_EQ(test::Escape(out), "k\\x01\\x02");
}

TEST(TermWriterTest, AHeadTakesAnotherSize) {
  std::string out = "before";
  TermWriter term(&out);
  term.ListHead(1);
  term.Map(1);
  term.PatchHead(6, 0x01020304);
  term.PatchHead(11, 5);
  EXPECT_EQ(test::Escape(out),
            "beforel\\x01\\x02\\x03\\x04t\\x00\\x00\\x00\\x05");
}

}  // namespace
}  // namespace rabbit_socks::node
