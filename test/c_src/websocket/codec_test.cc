// SPDX-License-Identifier: MPL-2.0
// The interface, and what the hybi drafts send through it.
#include "websocket/codec.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "websocket/notation.h"

namespace rabbit_socks::websocket {
namespace {

using base::Payload;

constexpr Draft kHybi[] = {Draft::kHybi7, Draft::kHybi8, Draft::kRfc6455};

std::string Message(Draft draft, Payload payload, base::Bytes data) {
  std::string out;
  EXPECT_TRUE(MakeCodec(draft, {})->AppendMessage(payload, data, &out));
  return out;
}

std::string Close(Draft draft, uint16_t code, base::Bytes reason) {
  std::string out;
  MakeCodec(draft, {})->AppendClose(code, reason, &out);
  return out;
}

TEST(CodecTest, EachDraftHasItsCodec) {
  for (const Draft draft : {Draft::kHixie75, Draft::kHixie76}) {
    EXPECT_FALSE(MakeCodec(draft, {})->has_control_frames());
    EXPECT_EQ(Message(draft, Payload::kText, "hi"), Unpack("00 6869 FF"));
  }
  for (const Draft draft : kHybi) {
    EXPECT_TRUE(MakeCodec(draft, {})->has_control_frames());
    EXPECT_EQ(MakeCodec(draft, {})->held(), 0U);
  }
}

// RFC 6455 5.7, byte for byte
TEST(CodecTest, SendsThePublishedExamples) {
  for (const Draft draft : kHybi) {
    EXPECT_EQ(Message(draft, Payload::kText, "Hello"),
              Unpack("81 05 48 65 6C 6C 6F"));
    EXPECT_EQ(Message(draft, Payload::kBinary, std::string(256, 'b')),
              Unpack("82 7E 01 00 62*256"));
    EXPECT_EQ(Message(draft, Payload::kBinary, std::string(65536, 'b')),
              Unpack("82 7F 00 00 00 00 00 01 00 00 62*65536"));
    const auto codec = MakeCodec(draft, {});
    std::string out;
    codec->AppendPing("Hello", &out);
    EXPECT_EQ(out, Unpack("89 05 48 65 6C 6C 6F"));
    out.clear();
    codec->AppendPong("Hello", &out);
    EXPECT_EQ(out, Unpack("8A 05 48 65 6C 6C 6F"));
    EXPECT_EQ(Close(draft, 1000, ""), Unpack("88 02 03 E8"));
  }
}

// F22: a server never masks; and lengths are minimal.
TEST(CodecTest, F22HeadsAreMinimalAndNeverMasked) {
  const struct {
    size_t size;
    const char* head;
  } cases[] = {
      {0, "82 00"},
      {1, "82 01"},
      {125, "82 7D"},
      {126, "82 7E 007E"},
      {127, "82 7E 007F"},
      {65535, "82 7E FFFF"},
      {65536, "82 7F 0000000000010000"},
  };
  for (const auto& [size, head] : cases) {
    const std::string out =
        Message(Draft::kRfc6455, Payload::kBinary, std::string(size, 'x'));
    EXPECT_EQ(out, Unpack(head) + std::string(size, 'x'));
    EXPECT_EQ(static_cast<unsigned char>(out[1]) & 0x80, 0);
  }
}

TEST(CodecTest, AppendsAndLeavesWhatIsThere) {
  std::string out = "x";
  const auto codec = MakeCodec(Draft::kRfc6455, {});
  EXPECT_TRUE(codec->AppendMessage(Payload::kText, "a", &out));
  EXPECT_TRUE(codec->AppendMessage(Payload::kText, "", &out));
  codec->AppendClose(1001, "", &out);
  EXPECT_EQ(out, Unpack(R"("x" 81 01 "a" 81 00 88 02 03E9)"));
}

TEST(CodecTest, ControlFramesAreCutAt125Bytes) {
  const auto codec = MakeCodec(Draft::kRfc6455, {});
  std::string out;
  codec->AppendPing(std::string(200, 'p'), &out);
  codec->AppendPong(std::string(125, 'q'), &out);
  EXPECT_EQ(out, Unpack("89 7D 70*125 8A 7D 71*125"));
}

// F18: CVE-2026-45736. Cut between code points, and never a byte that was not
// given.
TEST(CodecTest, F18ReasonsAreCut) {
  EXPECT_EQ(Close(Draft::kRfc6455, 1000, std::string(200, 'r')),
            Unpack("88 7D 03E8 72*123"));
  EXPECT_EQ(Close(Draft::kRfc6455, 1000, std::string(123, 'r')),
            Unpack("88 7D 03E8 72*123"));
  EXPECT_EQ(Close(Draft::kRfc6455, 1000, std::string(122, 'r') + "\xC3\xA9"),
            Unpack("88 7C 03E8 72*122"));
  EXPECT_EQ(Close(Draft::kRfc6455, 1000, "ok\xFFno"),
            Unpack("88 04 03E8 6F6B"));
}

TEST(CodecTest, CodesThatNoFrameMayCarryAreLeftOut) {
  for (const uint16_t code : std::initializer_list<uint16_t>{
           0, 1, 999, 1005, 1006, 1015, 5000, 65535})
    EXPECT_EQ(Close(Draft::kRfc6455, code, "why"), Unpack("88 00")) << code;
  for (const uint16_t code : std::initializer_list<uint16_t>{
           1000, 1003, 1007, 1011, 1013, 3000, 4999})
    EXPECT_EQ(Close(Draft::kRfc6455, code, "").size(), 4U) << code;
}

TEST(CodecTest, Hybi7HasAnotherCodeForTooBig) {
  EXPECT_EQ(Close(Draft::kHybi7, 1009, ""), Unpack("88 02 03EC"));
  EXPECT_EQ(Close(Draft::kHybi8, 1009, ""), Unpack("88 02 03F1"));
  EXPECT_EQ(Close(Draft::kRfc6455, 1009, ""), Unpack("88 02 03F1"));
}

}  // namespace
}  // namespace rabbit_socks::websocket
