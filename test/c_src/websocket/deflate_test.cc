// SPDX-License-Identifier: MPL-2.0
// permessage-deflate through the codec. What is one input and its events is in
// test/vectors/permessage_deflate.md.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/vectors.h"
#include "websocket/notation.h"
#include "websocket/replay.h"
#include "websocket/rfc6455.h"

namespace rabbit_socks::websocket {
namespace {

using base::Payload;

class DeflateVector : public testing::TestWithParam<test::Vector> {};

TEST_P(DeflateVector, Replays) { ExpectVector(GetParam(), Draft::kRfc6455); }

INSTANTIATE_TEST_SUITE_P(
    File, DeflateVector,
    testing::ValuesIn(test::LoadVectors("permessage_deflate")),
    [](const auto& vector) { return TestName(vector.param); });

constexpr DeflateTerms kTakeover;
constexpr DeflateTerms kShared{.server_takeover = false,
                               .client_takeover = false};

std::unique_ptr<Codec> Make(const DeflateTerms& terms, DeflatePool* pool,
                            uint32_t max_message = 1048576) {
  Limits limits;
  limits.max_message = max_message;
  return MakeCodec(Draft::kRfc6455, limits,
                   std::make_unique<Deflation>(terms, pool));
}

std::string Sent(const Codec& codec, base::Bytes data,
                 Payload payload = Payload::kText) {
  std::string out;
  EXPECT_TRUE(codec.AppendMessage(payload, data, &out));
  return out;
}

// What we sent, as a client's frame: with a mask of zeros.
std::string AsClient(const std::string& frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  const size_t head = length < 126 ? 2 : length == 126 ? 4 : 10;
  std::string masked = frame;
  masked[1] = static_cast<char>(length | 0x80);
  return masked.insert(head, 4, '\0');
}

// RFC 7692 7.2.3, byte for byte, from our side.
TEST(DeflateTest, SendsThePublishedExamples) {
  DeflatePool pool;
  const auto taking = Make(kTakeover, &pool);
  EXPECT_EQ(Sent(*taking, "Hello"), Unpack("C1 07 F248CDC9C90700"));
  EXPECT_EQ(Sent(*taking, "Hello"), Unpack("C1 05 F200110000"));
  EXPECT_EQ(Sent(*taking, ""), Unpack("81 00"));
  EXPECT_EQ(Sent(*taking, "Hello", Payload::kBinary)[0], '\xC2');
}

TEST(DeflateTest, SharedMessagesReferToNoOtherAndMayStayAsTheyAre) {
  DeflatePool pool;
  const auto one = Make(kShared, &pool), other = Make(kShared, &pool);
  const std::string text(100, 'a');
  const std::string frame = Sent(*one, text);
  EXPECT_LT(frame.size(), 20U);
  EXPECT_EQ(frame[0], '\xC1');
  EXPECT_EQ(Sent(*other, text), frame);
  EXPECT_EQ(Sent(*one, text), frame);
  // Nothing is gained: five bytes become seven.
  EXPECT_EQ(Sent(*one, "Hello"), Unpack("81 05 48656C6C6F"));
}

TEST(DeflateTest, SmallMessagesStayAsTheyAre) {
  DeflatePool pool;
  for (DeflateTerms terms : {kTakeover, kShared}) {
    terms.min_size = 100;
    const auto codec = Make(terms, &pool);
    EXPECT_EQ(Sent(*codec, std::string(99, 'a'))[0], '\x81');
    EXPECT_EQ(Sent(*codec, std::string(100, 'a'))[0], '\xC1');
    EXPECT_EQ(codec->frame_class(99), FrameClass::kFrame);
    EXPECT_NE(codec->frame_class(100), FrameClass::kFrame);
  }
}

// Every size class of message and every window, both ways.
TEST(DeflateTest, WhatIsSentComesBack) {
  for (const bool takeover : {false, true}) {
    for (uint8_t bits = 9; bits <= 15; ++bits) {
      DeflatePool pool;
      const DeflateTerms terms{takeover, takeover, bits, bits, 0};
      const auto server = Make(terms, &pool, 1 << 21);
      const auto client = Make(terms, &pool, 1 << 21);
      std::string text = "{\"a\":";
      for (unsigned i = 0; text.size() < 200000; ++i) {
        text += std::to_string(i * i % 977) + ",";
        if (i % 4000 != 0) continue;
        std::string frame = AsClient(Sent(*server, text));
        Recorder recorder;
        ASSERT_EQ(client->Feed(frame, &recorder).fault.text, "")
            << takeover << ' ' << int{bits} << ' ' << text.size();
        ASSERT_EQ(recorder.events, (Events{{"text", 0, text}}));
      }
      std::string large = AsClient(Sent(*server, std::string(1 << 20, 'z')));
      Recorder recorder;
      ASSERT_FALSE(client->Feed(large, &recorder).fault);
      ASSERT_EQ(recorder.events[0].data.size(), size_t{1} << 20);
    }
  }
}

// Of the worst compressor, for bytes that cannot be compressed: all that one
// may send within the limit is taken.
TEST(DeflateTest, WhatCannotBeCompressedFitsTheLimit) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 60000; ++i) {
    state = state * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(state >> 24));
  }
  DeflatePool pool;
  DeflateTerms terms;
  terms.server_bits = 9;
  const auto server = Make(terms, &pool);
  std::string frame = AsClient(Sent(*server, noise, Payload::kBinary));
  EXPECT_GT(frame.size(), noise.size());
  const auto client = Make(terms, &pool, 60000);
  Recorder recorder;
  EXPECT_FALSE(client->Feed(frame, &recorder).fault);
  EXPECT_EQ(recorder.events, (Events{{"binary", 0, noise}}));
}

// D01: 10 MB of zeros in 10 KB, fed as a socket would.
TEST(DeflateTest, D01ABombIsRefusedAndNeverHeld) {
  DeflatePool pool;
  const auto client = Make(kTakeover, &pool);
  std::string bomb =
      AsClient(Sent(*client, std::string(10 << 20, '\0'), Payload::kBinary));
  EXPECT_LT(bomb.size(), 50000U);
  for (const DeflateTerms& terms : {kTakeover, kShared}) {
    const auto codec = Make(terms, &pool);
    Recorder recorder;
    base::Fault fault;
    for (size_t at = 0; at < bomb.size() && !fault; at += 512) {
      std::string piece = bomb.substr(at, 512);
      fault = codec->Feed(piece, &recorder).fault;
      EXPECT_LE(codec->held(), (size_t{1} << 20) + 65536);
    }
    EXPECT_EQ(fault.code, 1009);
    EXPECT_TRUE(recorder.events.empty());
  }
}

TEST(DeflateTest, StopsAfterAMessageAndLeavesTheRest) {
  DeflatePool pool;
  const auto codec = Make(kShared, &pool);
  const std::string one = Unpack("C1 87 M F248CDC9C90700");
  std::string bytes = one + one;
  Recorder recorder;
  recorder.stop_after = 1;
  EXPECT_EQ(codec->Feed(bytes, &recorder).consumed, one.size());
  EXPECT_EQ(recorder.events.size(), 1U);
}

// Many connections with a message under way do not disturb each other, though
// the pool keeps one inflater only.
TEST(DeflateTest, MessagesUnderWayAreApart) {
  DeflatePool pool;
  const std::string frame = Unpack("41 83 M F248CD 80 84 M C9C90700");
  std::vector<std::unique_ptr<Codec>> codecs;
  std::vector<Recorder> recorders(50);
  for (size_t i = 0; i < recorders.size(); ++i)
    codecs.push_back(Make(kShared, &pool));
  for (const char byte : frame) {
    for (size_t i = 0; i < codecs.size(); ++i) {
      char one = byte;
      ASSERT_FALSE(codecs[i]->Feed({&one, 1}, &recorders[i]).fault);
    }
  }
  for (size_t i = 0; i < codecs.size(); ++i) {
    EXPECT_EQ(recorders[i].events, (Events{{"text", 0, "Hello"}}));
    EXPECT_EQ(codecs[i]->held(), 0U);
  }
}

}  // namespace
}  // namespace rabbit_socks::websocket
