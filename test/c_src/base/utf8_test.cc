// SPDX-License-Identifier: MPL-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/utf8_cases.h"

namespace rabbit_socks::base {
namespace {

// The text in a heap block of its exact size, so that a sanitizer sees a read
// beyond it.
class Exact {
 public:
  explicit Exact(Bytes text) : size_(text.size()), held_(new char[size_]) {
    text.copy(held_.get(), size_);
  }
  Bytes bytes() const { return {held_.get(), size_}; }

 private:
  size_t size_;
  std::unique_ptr<char[]> held_;
};

std::string Encode(uint32_t point) {
  std::string out;
  const auto add = [&out](uint32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
  return out;
}

TEST(Utf8Test, TakesWhatIsValidHoweverItIsCut) {
  for (const Bytes text : kValidUtf8) {
    EXPECT_TRUE(IsUtf8(Exact(text).bytes())) << testing::PrintToString(text);
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      Utf8Check check;
      EXPECT_TRUE(check.Feed(Exact(text.substr(0, cut)).bytes()));
      EXPECT_TRUE(check.Feed(Exact(text.substr(cut)).bytes()));
      EXPECT_TRUE(check.complete()) << testing::PrintToString(text) << cut;
    }
  }
}

// F14, Autobahn 6.4: the byte that decides is the one that fails, not the end.
TEST(Utf8Test, F14FailsAtTheByteThatDecides) {
  for (const InvalidUtf8& invalid : kInvalidUtf8) {
    EXPECT_FALSE(IsUtf8(Exact(invalid.text).bytes()))
        << testing::PrintToString(invalid.text);
    Utf8Check check;
    for (size_t i = 0; i + 1 < invalid.fault; ++i)
      EXPECT_TRUE(check.Feed(invalid.text.substr(i, 1)))
          << testing::PrintToString(invalid.text) << " at " << i;
    EXPECT_FALSE(check.Feed(invalid.text.substr(invalid.fault - 1, 1)))
        << testing::PrintToString(invalid.text);
  }
}

TEST(Utf8Test, F14TextMayNotEndInsideACodePoint) {
  for (const Bytes half : kHalfUtf8) {
    Utf8Check check;
    EXPECT_TRUE(check.Feed(Exact(half).bytes()));
    EXPECT_FALSE(check.complete()) << testing::PrintToString(half);
    EXPECT_FALSE(IsUtf8(half));
  }
}

TEST(Utf8Test, StaysFailedUntilReset) {
  Utf8Check check;
  EXPECT_FALSE(check.Feed("\xFF"));
  EXPECT_FALSE(check.complete());
  EXPECT_FALSE(check.Feed("\xFF"));
  EXPECT_FALSE(check.Feed("a"));
  EXPECT_FALSE(check.Feed(""));
  check.Reset();
  EXPECT_TRUE(check.complete());
  EXPECT_TRUE(check.Feed("a"));
}

TEST(Utf8Test, TakesEveryCodePointButSurrogates) {
  for (uint32_t point = 0; point < 0x110000; ++point) {
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(IsUtf8(Encode(point)), !surrogate) << std::hex << point;
  }
}

TEST(Utf8Test, FindsAFaultAtEveryPlaceInAsciiText) {
  for (size_t size = 1; size < 70; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\xFF';
      ASSERT_FALSE(IsUtf8(Exact(text).bytes())) << size << ' ' << at;
    }
  }
}

TEST(Utf8Test, CountsAsJavaScriptDoes) {
  EXPECT_EQ(Utf16Length(""), 0U);
  EXPECT_EQ(Utf16Length("abc"), 3U);
  EXPECT_EQ(Utf16Length("\xC3\xA9\xE2\x82\xAC"), 2U);
  EXPECT_EQ(Utf16Length("a\xF0\x9F\x98\x80z"), 4U);
  EXPECT_EQ(Utf16Length("\xEF\xBF\xBF\xF0\x90\x80\x80"), 3U);
}

TEST(Utf8Test, FindsAPrefixOfUtf16Units) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80z";  // 1, 1, 2 and 1 units
  EXPECT_EQ(Utf16Prefix(text, 0), 0U);
  EXPECT_EQ(Utf16Prefix(text, 1), 1U);
  EXPECT_EQ(Utf16Prefix(text, 2), 3U);
  EXPECT_EQ(Utf16Prefix(text, 3), Bytes::npos) << "half a surrogate pair";
  EXPECT_EQ(Utf16Prefix(text, 4), 7U);
  EXPECT_EQ(Utf16Prefix(text, 5), 8U);
  EXPECT_EQ(Utf16Prefix(text, 6), Bytes::npos) << "shorter";
  EXPECT_EQ(Utf16Prefix("", 0), 0U);
  EXPECT_EQ(Utf16Prefix("", 1), Bytes::npos);
  EXPECT_EQ(Utf16Prefix("a", SIZE_MAX), Bytes::npos);
}

TEST(Utf8Test, CutsBetweenCodePoints) {
  EXPECT_EQ(Utf8Cut("abc", 10), "abc");
  EXPECT_EQ(Utf8Cut("abc", 2), "ab");
  EXPECT_EQ(Utf8Cut("abc", 0), "");
  EXPECT_EQ(Utf8Cut("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(Utf8Cut("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(Utf8Cut("\xF0\x9F\x98\x80", 3), "");
  EXPECT_EQ(Utf8Cut("ab\xFF"
                    "cd",
                    10),
            "ab");
  EXPECT_EQ(Utf8Cut("ab\xE2\x82", 10), "ab");
}

}  // namespace
}  // namespace rabbit_socks::base
