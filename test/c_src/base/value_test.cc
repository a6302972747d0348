// SPDX-License-Identifier: MPL-2.0
#include "base/value.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace rabbit_socks::base {
namespace {

using Kind = Value::Kind;

// {"a":[1,"x"],"b":{"c":<bytes>},"a":null}
Value Sample() {
  Value value;
  value.Object(3);
  value.Text("a");
  value.Array(2);
  value.Integer(1);
  value.Text("x");
  value.Text("b");
  const size_t object = value.Begin(Kind::kObject);
  value.Text("c");
  value.Binary(Bytes("\0\xff", 2));
  value.End(object, 1);
  value.Text("a");
  value.Null();
  return value;
}

TEST(ValueTest, SaysWhereAValueEnds) {
  const Value value = Sample();
  EXPECT_EQ(value.tokens().size(), 11U);
  EXPECT_EQ(value.After(0), 11U);
  EXPECT_EQ(value.After(1), 2U);
  EXPECT_EQ(value.After(2), 5U);
  EXPECT_EQ(value.After(6), 9U);
}

TEST(ValueTest, FindsTheLastOfAKey) {
  const Value value = Sample();
  const Value::Token* token = value.Find(0, "a");
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->kind, Kind::kNull);
  ASSERT_NE(value.Find(6, "c"), nullptr);
  EXPECT_EQ(value.BytesOf(*value.Find(6, "c")), Bytes("\0\xff", 2));
  EXPECT_EQ(value.Find(0, "c"), nullptr) << "it is another object's";
  EXPECT_EQ(value.Find(2, "a"), nullptr) << "an array has no keys";
  EXPECT_EQ(value.Find(99, "a"), nullptr);
}

TEST(ValueTest, NarrowLeavesOneValue) {
  for (const size_t index : {0, 2, 4, 6, 8, 10}) {
    Value value = Sample();
    Value expected;
    expected.Append(value, index);
    value.Narrow(index);
    ASSERT_EQ(value.tokens().size(), expected.tokens().size()) << index;
    for (size_t i = 0; i < value.tokens().size(); ++i) {
      const Value::Token& is = value.tokens()[i];
      const Value::Token& was = expected.tokens()[i];
      EXPECT_EQ(is.kind, was.kind);
      EXPECT_EQ(is.size, was.size);
      if (is.kind == Kind::kText || is.kind == Kind::kBinary) {
        EXPECT_EQ(value.BytesOf(is), expected.BytesOf(was));
      }
    }
  }
}

TEST(ValueTest, TruncateTakesBytesBack) {
  Value value;
  value.Array(2);
  value.Text("kept");
  const size_t at = value.Begin(Kind::kObject);
  value.Text("gone");
  value.Text("gone, too");
  value.End(at, 1);
  value.Truncate(at);
  value.Text("new");
  EXPECT_EQ(value.tokens().size(), 3U);
  EXPECT_EQ(value.BytesOf(value.tokens()[1]), "kept");
  EXPECT_EQ(value.BytesOf(value.tokens()[2]), "new");
  EXPECT_EQ(value.tokens()[2].at, 4U) << "in the place of what is gone";
}

TEST(ValueTest, AppendsAPartOfAnother) {
  const Value from = Sample();
  Value value;
  value.Array(3);
  value.Text("own");
  value.Append(from, 2);
  value.Append(from, 6);
  ASSERT_EQ(value.tokens().size(), 8U);
  EXPECT_EQ(value.After(0), 8U);
  EXPECT_EQ(value.BytesOf(value.tokens()[1]), "own");
  EXPECT_EQ(value.tokens()[3].number, 1);
  EXPECT_EQ(value.BytesOf(value.tokens()[4]), "x");
  ASSERT_NE(value.Find(5, "c"), nullptr);
  EXPECT_EQ(value.BytesOf(*value.Find(5, "c")), Bytes("\0\xff", 2));
}

TEST(ValueTest, PopFront) {
  Value value;
  value.Array(2);
  value.Text("name");
  value.Text("argument");
  value.PopFront();
  EXPECT_TRUE(value.IsArray(1));
  EXPECT_FALSE(value.IsArray(2));
  EXPECT_EQ(value.BytesOf(value.tokens()[1]), "argument");
  value.PopFront();
  EXPECT_TRUE(value.IsArray());
  EXPECT_EQ(value.After(0), 1U);
}

TEST(ValueTest, ANumberThatIsNoneIsNull) {
  Value value;
  value.Double(std::numeric_limits<double>::infinity());
  value.Double(std::numeric_limits<double>::quiet_NaN());
  value.Double(0.5);
  EXPECT_EQ(value.tokens()[0].kind, Kind::kNull);
  EXPECT_EQ(value.tokens()[1].kind, Kind::kNull);
  EXPECT_EQ(value.tokens()[2].real, 0.5);
}

TEST(ValueTest, Clear) {
  Value value = Sample();
  value.Clear();
  EXPECT_TRUE(value.empty());
  EXPECT_FALSE(value.IsArray());
  EXPECT_FALSE(value.IsObject());
}

TEST(ValueTest, AttachPutsBytesIntoTheirPlaces) {
  Value value;
  value.Array(3);
  value.Attachment(1);
  value.Text("between");
  value.Attachment(0);
  const std::string attachments[] = {"zero", std::string("\0\xff", 2)};
  value.Attach(attachments);
  ASSERT_EQ(value.tokens().size(), 4U);
  EXPECT_EQ(value.tokens()[1].kind, Kind::kBinary);
  EXPECT_EQ(value.BytesOf(value.tokens()[1]), attachments[1]);
  EXPECT_EQ(value.BytesOf(value.tokens()[2]), "between");
  EXPECT_EQ(value.tokens()[3].kind, Kind::kBinary);
  EXPECT_EQ(value.BytesOf(value.tokens()[3]), "zero");
}

TEST(ValueTest, SaysHowMuchMemoryItKeeps) {
  Value value;
  EXPECT_LT(value.capacity(), 64U);
  value.Text(std::string(5000, 'x'));
  EXPECT_GE(value.capacity(), 5000U);
  value.Clear();
  EXPECT_GE(value.capacity(), 5000U) << "it is kept for the next";
}

}  // namespace
}  // namespace rabbit_socks::base
