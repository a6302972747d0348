// SPDX-License-Identifier: MPL-2.0
// The cases are those of test/vectors/socketio_09.md that say by=payload or
// by=form.
#include "framing/socketio_09_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "framing/socket_packet_replay.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using test::Vector;
using testing::ElementsAre;

class Collector final : public PayloadSink {
 public:
  explicit Collector(size_t enough = SIZE_MAX) : enough_(enough) {}

  bool OnPacketText(Bytes packet) override {
    packets.emplace_back(packet);
    return packets.size() < enough_;
  }
  std::string text() const {
    std::string text;
    for (const std::string& packet : packets)
      text += "packet \"" + test::Escape(packet) + "\"\n";
    return text;
  }

  std::vector<std::string> packets;

 private:
  size_t enough_;
};

// Decodes a copy in memory of just its size, so that a step beyond is seen.
base::Fault DecodeCopy(Bytes payload, bool form, const Limits& limits,
                       Collector* collector) {
  const auto copy = std::make_unique<char[]>(payload.size());
  payload.copy(copy.get(), payload.size());
  const Bytes bytes(copy.get(), payload.size());
  const base::Fault fault = form ? DecodeForm09(bytes, limits, collector)
                                 : DecodePayload09(bytes, limits, collector);
  // All or nothing (DP6).
  EXPECT_TRUE(!fault || collector->packets.empty());
  return fault;
}

std::string Encode(const std::vector<std::string>& packets) {
  const std::vector<Bytes> views(packets.begin(), packets.end());
  std::string payload;
  AppendPayload09(views, &payload);
  return payload;
}

std::vector<Vector> Payloads() {
  std::vector<Vector> payloads;
  for (const Vector& vector : test::LoadVectors("socketio_09"))
    if (!vector.Option("by").empty()) payloads.push_back(vector);
  return payloads;
}

class Payload09VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(Payload09VectorTest, Decodes) {
  const Vector& vector = GetParam();
  const bool form = vector.Option("by") == "form";
  const Limits limits = LimitsOf(vector);
  Collector whole;
  const base::Fault fault = DecodeCopy(vector.in, form, limits, &whole);
  EXPECT_EQ(fault ? "fault " + std::to_string(fault.code) + "\n" : whole.text(),
            vector.out);
  if (!fault && !form && vector.Option("again") != "no") {
    EXPECT_EQ(test::Escape(Encode(whole.packets)), test::Escape(vector.in));
  }
  // A payload is one unit: a part of it is another payload, and no crash.
  test::ForEachCut(vector.in, [&](const std::vector<Bytes>& pieces) {
    for (const Bytes piece : pieces) {
      Collector part;
      (void)DecodeCopy(piece, form, limits, &part);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Vectors, Payload09VectorTest,
                         testing::ValuesIn(Payloads()));

TEST(Payload09Test, WhatIsEncodedIsDecoded) {
  std::mt19937 random(9);  // the same on every run
  const char* const pieces[] = {
      "a",  "3:::",     "\xef\xbf\xbd", "1",
      "\n", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::string> packets(1 + random() % 4);
    for (std::string& packet : packets)
      for (size_t n = random() % 8; n > 0; --n) packet += pieces[random() % 8];
    const std::string payload = Encode(packets);
    Collector collector;
    ASSERT_FALSE(DecodeCopy(payload, false, {}, &collector));
    ASSERT_EQ(collector.packets, packets) << test::Escape(payload);
  }
}

// A packet alone that looks like frames, or like none, needs one.
TEST(Payload09Test, APacketAloneIsBareWhereItCanBe) {
  EXPECT_EQ(Encode({"2::"}), "2::");
  EXPECT_EQ(Encode({""}),
            "\xef\xbf\xbd"
            "0\xef\xbf\xbd");
  EXPECT_EQ(Encode({"\xef\xbf\xbd"}),
            "\xef\xbf\xbd"
            "1\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Payload09Test, AppendsBehindWhatIsThere) {
  std::string out = "head";
  const Bytes packets[] = {"2::", "8::"};
  AppendPayload09(packets, &out);
  EXPECT_EQ(out,
            "head\xef\xbf\xbd"
            "3\xef\xbf\xbd"
            "2::\xef\xbf\xbd"
            "3\xef\xbf\xbd"
            "8::");
}

TEST(Payload09Test, ASinkCanHaveEnough) {
  Collector collector(2);
  EXPECT_FALSE(
      DecodeCopy(Encode({"1::", "2::", "8::"}), false, {}, &collector));
  EXPECT_THAT(collector.packets, ElementsAre("1::", "2::"));
}

}  // namespace
}  // namespace rabbit_socks::framing
