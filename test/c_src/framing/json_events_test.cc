// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/rabbit_socks_json.md.
#include "framing/json_events.h"

#include <gtest/gtest.h>

#include <string>

#include "framing/socket_packet_replay.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using test::Vector;
using Type = SocketPacket::Type;

class JsonEventsVectorTest : public testing::TestWithParam<Vector> {};

TEST_P(JsonEventsVectorTest, Decodes) {
  ReplayPacketVector(JsonEvents(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, JsonEventsVectorTest,
    testing::ValuesIn(test::LoadVectors("rabbit_socks_json")));

TEST(JsonEventsTest, BytesAreWithinTheText) {
  SocketPacket packet;
  packet.name = "\xc3\xbc";
  packet.id = 3;
  packet.data.Array(2);
  packet.data.Binary(Bytes("\0\xff", 2));
  packet.data.Integer(1);
  const WrittenPacket written = Write(JsonEvents(), packet);
  EXPECT_EQ(written.text,
            "{\"event\":\"\xc3\xbc\",\"args\":[{\"$base64\":\"AP8=\"},1],"
            "\"id\":3}");
  EXPECT_TRUE(written.buffers.empty());
  EXPECT_EQ(Write(JsonEvents(), packet, false).text, written.text);
}

TEST(JsonEventsTest, NoArgumentsAreAnEmptyList) {
  SocketPacket packet;
  packet.name = "x";
  EXPECT_EQ(Write(JsonEvents(), packet).text, "{\"event\":\"x\",\"args\":[]}");
  packet.type = Type::kAck;
  packet.id = 99999999999999999;
  EXPECT_EQ(Write(JsonEvents(), packet).text,
            "{\"ack\":99999999999999999,\"args\":[]}");
}

// Of what came nothing but the arguments is kept.
TEST(JsonEventsTest, WhatIsKept) {
  SocketPacket packet;
  ASSERT_FALSE(JsonEvents().Decode(
      "{\"x\":[1,{}],\"args\":[\"a\",[2]],\"event\":\"e\",\"y\":{\"z\":3}}", {},
      &packet));
  EXPECT_EQ(packet.data.tokens().size(), 4U);
  EXPECT_EQ(Show(packet), "event \"/\" name \"e\" data [\"a\",[2]]\n");
}

TEST(JsonEventsTest, AppendsBehindWhatIsThere) {
  std::string text = "x";
  SocketPacket packet;
  packet.type = Type::kAck;
  packet.id = 1;
  JsonEvents().Append(packet, &text, nullptr);
  EXPECT_EQ(text, "x{\"ack\":1,\"args\":[]}");
}

TEST(JsonEventsDeathTest, HasNoNamespaces) {
  SocketPacket packet;
  packet.type = Type::kConnect;
  std::string text;
  EXPECT_DEATH(JsonEvents().Append(packet, &text, nullptr),
               "this generation does not have");
}

}  // namespace
}  // namespace rabbit_socks::framing
