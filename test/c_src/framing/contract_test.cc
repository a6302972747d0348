// SPDX-License-Identifier: MPL-2.0
// What every generation of frames promises: a new row is tested here with no
// new code.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "framing/generation.h"
#include "framing/packets.h"

namespace rabbit_socks::framing {
namespace {

class ContractTest : public testing::TestWithParam<const Generation*> {
 protected:
  const Codec& codec() const { return *GetParam()->codec; }

  // Text of every width in UTF-8, with what the codecs themselves write in it.
  std::string Text(size_t pieces) {
    static const char* const kPieces[] = {"a",
                                          "0",
                                          "~m~",
                                          "~",
                                          "\n",
                                          "\r",
                                          ":",
                                          "\\",
                                          "\"",
                                          "\x01",
                                          "\xc3\xbc",
                                          "\xe2\x82\xac",
                                          "\xef\xbf\xbd",
                                          "\xf0\x9f\x98\x80"};
    std::string text;
    for (size_t i = 0; i < pieces; ++i) {
      text += kPieces[random_() % std::size(kPieces)];
    }
    return text;
  }

  Owned RandomPacket() {
    const size_t size = random_() % 12;
    switch (random_() % 3) {
      case 0:
        return {Packet::Type::kMessage, "m" + Text(size)};
      case 1:
        return {Packet::Type::kHeartbeat, std::to_string(random_())};
      default:
        return {Packet::Type::kJson, "{\"k\":[" + std::to_string(random_()) +
                                         ",\"\xf0\x9f\x98\x80\"]}"};
    }
  }

  std::string Encode(const std::vector<Owned>& packets) {
    std::string payload;
    for (const Owned& packet : packets) {
      codec().Append({packet.type, packet.data}, &payload);
    }
    return payload;
  }

  std::mt19937 random_{6};  // the same on every run
};

TEST_P(ContractTest, WhatIsEncodedIsDecoded) {
  for (int round = 0; round < 2000; ++round) {
    std::vector<Owned> packets;
    for (size_t n = 1 + random_() % 5; n > 0; --n) {
      packets.push_back(RandomPacket());
    }
    const std::string payload = Encode(packets);
    Collector collector;
    const base::Fault fault = DecodeCopy(codec(), payload, {}, &collector);
    ASSERT_FALSE(fault) << fault.text << " in " << test::Escape(payload);
    ASSERT_EQ(collector.packets(), packets) << test::Escape(payload);
    Collector form;
    ASSERT_FALSE(DecodeCopy(codec(), payload, {}, &form, true));
    ASSERT_EQ(form.packets(), packets) << test::Escape(payload);
  }
}

// All or nothing (DP6): of a payload that is cut no packet is reported, unless
// the cut leaves whole ones.
TEST_P(ContractTest, ACutPayloadIsAFaultAndReportsNothing) {
  for (int round = 0; round < 50; ++round) {
    std::vector<Owned> packets = {RandomPacket(), RandomPacket()};
    const std::string payload = Encode(packets);
    const size_t first = Encode({packets[0]}).size();
    for (size_t size = 1; size < payload.size(); ++size) {
      Collector collector;
      const base::Fault fault =
          DecodeCopy(codec(), payload.substr(0, size), {}, &collector);
      if (size == first) {
        EXPECT_FALSE(fault);
        EXPECT_EQ(collector.packets().size(), 1U);
        continue;
      }
      EXPECT_TRUE(fault) << test::Escape(payload) << " at " << size;
      EXPECT_TRUE(collector.packets().empty());
    }
  }
}

TEST_P(ContractTest, AnEmptyPayloadHasNoPackets) {
  Collector collector;
  EXPECT_FALSE(DecodeCopy(codec(), "", {}, &collector));
  EXPECT_TRUE(collector.packets().empty());
}

TEST_P(ContractTest, TextThatIsNotUtf8IsRefused) {
  for (const char* bad :
       {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80"}) {
    std::string payload = Encode({{Packet::Type::kMessage, "good"}});
    payload += Encode({{Packet::Type::kMessage, bad}});
    Collector collector;
    EXPECT_EQ(DecodeCopy(codec(), payload, {}, &collector).code, 1007);
    EXPECT_TRUE(collector.packets().empty());
  }
}

// L12
TEST_P(ContractTest, PacketsOfOnePayloadAreLimited) {
  Limits limits;
  limits.max_packets = 3;
  const std::vector<Owned> packets(4, {Packet::Type::kMessage, "x"});
  Collector three;
  EXPECT_FALSE(DecodeCopy(codec(), Encode({packets.begin(), packets.end() - 1}),
                          limits, &three));
  EXPECT_EQ(three.packets().size(), 3U);
  Collector four;
  EXPECT_EQ(DecodeCopy(codec(), Encode(packets), limits, &four).code, 1009);
  EXPECT_TRUE(four.packets().empty());
}

// L15, E33
TEST_P(ContractTest, JsonIsCheckedWithItsLimits) {
  Limits limits;
  limits.max_json_depth = 2;
  const auto code = [&](const char* json) {
    Collector collector;
    const std::string payload = Encode({{Packet::Type::kJson, json}});
    const base::Fault fault = DecodeCopy(codec(), payload, limits, &collector);
    EXPECT_EQ(collector.packets().empty(), static_cast<bool>(fault));
    return fault.code;
  };
  EXPECT_EQ(code("{\"a\":[]}"), 0);
  EXPECT_EQ(code("{\"a\":[[]]}"), 1009);
  EXPECT_EQ(code("{"), 1007);
  EXPECT_EQ(code(""), 1007);
}

TEST_P(ContractTest, ASinkCanHaveEnough) {
  const std::vector<Owned> packets(4, {Packet::Type::kMessage, "x"});
  Collector collector(2);
  EXPECT_FALSE(DecodeCopy(codec(), Encode(packets), {}, &collector));
  EXPECT_EQ(collector.packets().size(), 2U);
}

std::vector<const Generation*> Rows() {
  std::vector<const Generation*> rows;
  for (const Generation& row : Generations()) {
    if (row.wire == Generation::Wire::kFrames) rows.push_back(&row);
  }
  return rows;
}

INSTANTIATE_TEST_SUITE_P(
    Generations, ContractTest, testing::ValuesIn(Rows()),
    [](const testing::TestParamInfo<const Generation*>& row) {
      std::string name;
      for (const char c : std::string(row.param->name)) {
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      }
      return name;
    });

}  // namespace
}  // namespace rabbit_socks::framing
