// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/socketio_06.md. Options of a case: form (the
// payload came by a form), max_packets, max_json_depth, max_json_keys.
#include "framing/socketio_06.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "framing/packets.h"
#include "support/vectors.h"

namespace rabbit_socks::framing {
namespace {

using test::Vector;

class SocketIo06VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(SocketIo06VectorTest, Decodes) {
  const Vector& vector = GetParam();
  Limits limits;
  const auto number = [&](const char* key, uint32_t fallback) {
    return static_cast<uint32_t>(vector.Number(key, fallback));
  };
  limits.max_packets = number("max_packets", limits.max_packets);
  limits.max_json_depth = number("max_json_depth", limits.max_json_depth);
  limits.max_json_keys = number("max_json_keys", limits.max_json_keys);
  Collector collector;
  const base::Fault fault =
      DecodeCopy(SocketIo06Codec(), vector.in, limits, &collector,
                 vector.Option("form") == "1");
  std::string events = collector.text();
  if (fault) events += "fault " + std::to_string(fault.code) + "\n";
  EXPECT_EQ(events, vector.out);
  // What was counted right and came whole goes out as it came in.
  if (vector.Option("form").empty() && vector.Option("again") != "no" &&
      !fault) {
    std::string again;
    for (const Owned& packet : collector.packets()) {
      SocketIo06Codec().Append({packet.type, packet.data}, &again);
    }
    EXPECT_EQ(test::Escape(again), test::Escape(vector.in));
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, SocketIo06VectorTest,
                         testing::ValuesIn(test::LoadVectors("socketio_06")));

TEST(SocketIo06Test, LengthsAreUtf16Units) {
  std::string payload;
  SocketIo06Codec codec;
  codec.Append({Packet::Type::kMessage,
                "\xc3\xbcn\xc3\xaf\xe2\x82\xac"
                "\xf0\x9f\x98\x80~m~\n"},
               &payload);
  EXPECT_EQ(payload.rfind("~m~10~m~", 0), 0U);
  payload.clear();
  codec.Append({Packet::Type::kJson, "\"\xf0\x9f\x98\x80\""}, &payload);
  EXPECT_EQ(payload.rfind("~m~7~m~~j~\"", 0), 0U);
}

}  // namespace
}  // namespace rabbit_socks::framing
