// SPDX-License-Identifier: MPL-2.0
#include "websocket/frame_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "websocket/notation.h"

namespace rabbit_socks::websocket {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes Head(const char* notation) {
  const std::string bytes = Unpack(notation);
  return {bytes.begin(), bytes.end()};
}

TEST(FrameHeadTest, SaysHowLongTheHeadIs) {
  EXPECT_EQ(FrameHeadSize(Bytes{}), 2U);
  EXPECT_EQ(FrameHeadSize(Head("81")), 2U);
  EXPECT_EQ(FrameHeadSize(Head("81 05")), 2U);
  EXPECT_EQ(FrameHeadSize(Head("81 85")), 6U);
  EXPECT_EQ(FrameHeadSize(Head("81 7E")), 4U);
  EXPECT_EQ(FrameHeadSize(Head("81 FE")), 8U);
  EXPECT_EQ(FrameHeadSize(Head("81 7F")), 10U);
  EXPECT_EQ(FrameHeadSize(Head("81 FF")), kMaxFrameHead);
}

TEST(FrameHeadTest, ReadsAHead) {
  FrameHead frame;
  EXPECT_FALSE(ReadFrameHead(Head("02 FE 0100 01020304"), &frame));
  EXPECT_FALSE(frame.fin);
  EXPECT_EQ(frame.opcode, kBinaryFrame);
  EXPECT_EQ(frame.length, 256U);
  EXPECT_EQ(frame.mask, (std::array<unsigned char, 4>{1, 2, 3, 4}));
  EXPECT_FALSE(frame.is_control());
  EXPECT_FALSE(ReadFrameHead(Head("89 85 01020304"), &frame));
  EXPECT_TRUE(frame.fin);
  EXPECT_TRUE(frame.is_control());
  EXPECT_EQ(frame.length, 5U);
}

// Every pair of first bytes against the rules of 5.2 and 5.5, and of RFC 7692
// 6.
TEST(FrameHeadTest, F01F02F03F04F05D04JudgesEveryStart) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const Bytes head = {static_cast<unsigned char>(first),
                          static_cast<unsigned char>(second)};
      const unsigned opcode = first % 16, length = second % 128;
      const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
      const bool control_fits = opcode < 8 || (first >= 128 && length <= 125);
      const unsigned reserved = first / 16 % 8;
      const bool fine = known && control_fits && second >= 128;
      ASSERT_EQ(CheckFrameStart(head, false).code,
                fine && reserved == 0 ? 0 : 1002)
          << first << ' ' << second;
      const bool deflated = reserved == 4 && (opcode == 1 || opcode == 2);
      ASSERT_EQ(CheckFrameStart(head, true).code,
                fine && (reserved == 0 || deflated) ? 0 : 1002)
          << first << ' ' << second;
    }
  }
}

TEST(FrameHeadTest, UnmasksAtEveryLengthPlaceAndPosition) {
  const std::array<unsigned char, 4> mask = {0x37, 0xFA, 0x21, 0x3D};
  for (size_t offset = 0; offset < 8; ++offset) {
    for (size_t size = 0; size < 40; ++size) {
      for (unsigned char at = 0; at < 4; ++at) {
        std::string bytes(offset + size + 8, '\0');
        for (size_t i = 0; i < bytes.size(); ++i)
          bytes[i] = static_cast<char>(i * 7);
        std::string expected = bytes;
        for (size_t i = 0; i < size; ++i)
          expected[offset + i] =
              static_cast<char>(expected[offset + i] ^ mask[(at + i) % 4]);
        const unsigned char next =
            Unmask(std::span(bytes).subspan(offset, size), mask, at);
        ASSERT_EQ(bytes, expected) << offset << ' ' << size << ' ' << int{at};
        ASSERT_EQ(next, (at + size) % 4);
      }
    }
  }
}

}  // namespace
}  // namespace rabbit_socks::websocket
