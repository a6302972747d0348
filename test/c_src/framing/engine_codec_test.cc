// SPDX-License-Identifier: MPL-2.0
// What both protocols of Engine.IO promise, over every way a packet can go.
#include "framing/engine_codec.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "framing/engine_packets.h"

namespace rabbit_socks::framing {
namespace {

using Type = EnginePacket::Type;

struct Way {
  const char* name;
  const EngineCodec* codec;
  EngineForm form;
};

class EngineContractTest : public testing::TestWithParam<Way> {
 protected:
  const EngineCodec& codec() const { return *GetParam().codec; }

  std::string Encode(const std::vector<OwnedEngine>& packets) const {
    std::string payload;
    for (size_t i = 0; i < packets.size(); ++i) {
      codec().AppendToPayload(packets[i].view(), GetParam().form, i, &payload);
    }
    return payload;
  }
  EngineOutcome Decode(base::Bytes payload, const Limits& limits = {}) const {
    return DecodePayloadCopy(codec(), payload, GetParam().form, limits);
  }

  // Of every width in UTF-8, with what the codecs themselves write in it.
  std::string Text(size_t pieces) {
    static const char* const kPieces[] = {"a",
                                          "0",
                                          "4",
                                          "b",
                                          "b4",
                                          "2:4a",
                                          ":",
                                          "\n",
                                          "\"",
                                          "=",
                                          "\x01",
                                          "\xc3\xbc",
                                          "\x1f",
                                          "\xe2\x82\xac",
                                          "\xef\xbf\xbd",
                                          "\xf0\x9f\x98\x80"};
    std::string text;
    for (size_t i = 0; i < pieces; ++i) {
      text += kPieces[random_() % std::size(kPieces)];
    }
    return text;
  }

  OwnedEngine RandomPacket() {
    const size_t size = random_() % 14;
    if (random_() % 3 != 0) {
      return {static_cast<Type>(random_() % 7), base::Payload::kText,
              Text(size)};
    }
    OwnedEngine packet{Type::kMessage, base::Payload::kBinary, {}};
    for (size_t i = 0; i < size; ++i) {
      packet.data += static_cast<char>(random_());
    }
    return packet;
  }

  std::mt19937 random_{3};  // the same on every run
};

TEST_P(EngineContractTest, WhatIsEncodedIsDecoded) {
  for (int round = 0; round < 2000; ++round) {
    std::vector<OwnedEngine> packets;
    for (size_t n = 1 + random_() % 6; n > 0; --n) {
      packets.push_back(RandomPacket());
    }
    const std::string payload = Encode(packets);
    const EngineOutcome outcome = Decode(payload);
    ASSERT_FALSE(outcome.fault)
        << outcome.fault.text << " in " << test::Escape(payload);
    ASSERT_EQ(outcome.packets, packets) << test::Escape(payload);
  }
}

TEST_P(EngineContractTest, MessagesToo) {
  for (int round = 0; round < 2000; ++round) {
    OwnedEngine packet = RandomPacket();
    if (packet.payload == base::Payload::kText) packet.data += '\x1e';
    for (const bool base64 : {false, true}) {
      std::string message;
      const auto payload =
          codec().AppendMessage(packet.view(), base64, &message);
      const bool binary = packet.payload == base::Payload::kBinary && !base64;
      ASSERT_EQ(payload,
                binary ? base::Payload::kBinary : base::Payload::kText);
      const EngineOutcome outcome =
          DecodeMessageCopy(codec(), message, payload);
      ASSERT_FALSE(outcome.fault) << test::Escape(message);
      ASSERT_EQ(outcome.packets, std::vector<OwnedEngine>{packet});
    }
  }
}

// All or nothing (DP6) is checked wherever a payload is decoded.
TEST_P(EngineContractTest, ABeginningIsAFaultOrFewerPackets) {
  for (int round = 0; round < 50; ++round) {
    const std::vector<OwnedEngine> packets = {RandomPacket(), RandomPacket(),
                                              RandomPacket()};
    const std::string payload = Encode(packets);
    for (size_t size = 0; size < payload.size(); ++size) {
      const EngineOutcome outcome = Decode(payload.substr(0, size));
      ASSERT_NE(static_cast<bool>(outcome.fault), !outcome.packets.empty());
      ASSERT_TRUE(IsBeginning(outcome.packets, packets))
          << test::Escape(payload) << " at " << size;
    }
  }
}

TEST_P(EngineContractTest, AnEmptyPayloadIsAFault) {
  EXPECT_EQ(Decode("").fault.code, 1002);
}

TEST_P(EngineContractTest, TextThatIsNotUtf8IsRefused) {
  for (const char* bad :
       {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80"}) {
    const OwnedEngine good{Type::kMessage, base::Payload::kText, "good"};
    const OwnedEngine packet{Type::kMessage, base::Payload::kText, bad};
    EXPECT_EQ(Decode(Encode({good, packet})).fault.code, 1007);
    EXPECT_EQ(Decode(Encode({packet, good})).fault.code, 1007);
    EXPECT_EQ(
        DecodeMessageCopy(codec(), "4" + packet.data, base::Payload::kText)
            .fault.code,
        1007);
  }
}

// L12
TEST_P(EngineContractTest, PacketsOfOnePayloadAreLimited) {
  Limits limits;
  limits.max_packets = 3;
  for (const auto payload : {base::Payload::kText, base::Payload::kBinary}) {
    const std::vector<OwnedEngine> packets(4, {Type::kMessage, payload, "x"});
    const std::vector<OwnedEngine> three(3, packets[0]);
    EXPECT_EQ(Decode(Encode(three), limits).packets, three);
    EXPECT_EQ(Decode(Encode(packets), limits).fault.code, 1009);
  }
}

// Views of many decoded packets hold while all are reported.
TEST_P(EngineContractTest, AsManyPacketsAsTheLimitAllows) {
  std::vector<OwnedEngine> packets;
  for (size_t i = 0; i < Limits().max_packets; ++i) {
    packets.push_back({Type::kMessage, base::Payload::kBinary,
                       std::string(i % 7, static_cast<char>(i))});
  }
  EXPECT_EQ(Decode(Encode(packets)).packets, packets);
}

TEST_P(EngineContractTest, ASinkCanHaveEnough) {
  const std::vector<OwnedEngine> packets(
      4, {Type::kMessage, base::Payload::kText, "x"});
  EngineCollector collector(2);
  EXPECT_FALSE(
      codec().DecodePayload(Encode(packets), GetParam().form, {}, &collector));
  EXPECT_EQ(collector.packets.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, EngineContractTest,
    testing::Values(Way{"EngineIo3Text", &EngineIo3(), EngineForm::kText},
                    Way{"EngineIo3Binary", &EngineIo3(), EngineForm::kBinary},
                    Way{"EngineIo4", &EngineIo4(), EngineForm::kText}),
    [](const testing::TestParamInfo<Way>& way) {
      return std::string(way.param.name);
    });

std::string Once(base::Bytes text) {
  std::string decoded;
  return DecodeTwiceEncoded(text, &decoded) ? decoded : "no";
}

TEST(DecodeTwiceEncodedTest, TakesOneEncodingOff) {
  EXPECT_EQ(Once("2[\"\xc3\x83\xc2\xbc\"]"), "2[\"\xc3\xbc\"]");
  EXPECT_EQ(Once("\xc3\xa2\xc2\x82\xc2\xac"), "\xe2\x82\xac");
  EXPECT_EQ(Once("\xc3\xb0\xc2\x9f\xc2\x98\xc2\x80!"), "\xf0\x9f\x98\x80!");
  // The least and the greatest that a single byte of the inner one can be.
  EXPECT_EQ(Once("\xc3\x82\xc2\x80"), "\xc2\x80");
  EXPECT_EQ(Once("\xc3\x83\xc2\xbf"), "\xc3\xbf");
}

TEST(DecodeTwiceEncodedTest, TextsThatWereEncodedOnceStay) {
  for (const char* text :
       {"", "2[\"ascii\"]", "\xc3\xbc", "\xc3\xbc\xc3\xb6", "\xe2\x82\xac",
        "\xf0\x9f\x98\x80", "\xc4\x80", "\xc3\x83\xc2\xbc\xe2\x82\xac",
        "\xe2\x82\xac\xc3\x83\xc2\xbc", "\xc3\x83", "\xc3\x83\xc2\xbc\xc3\xbc",
        "\xc3\xad\xc2\xa0\xc2\x80", "\xc3\x80\xc2\x80"}) {
    EXPECT_EQ(Once(text), "no") << test::Escape(text);
  }
}

}  // namespace
}  // namespace rabbit_socks::framing
