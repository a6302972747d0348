// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/socketio_09.md, those of payloads too.
#include "framing/socketio_09.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "framing/socket_packet_replay.h"

namespace rabbit_socks::framing {
namespace {

using test::Vector;
using Type = SocketPacket::Type;

std::vector<Vector> Packets() {
  std::vector<Vector> packets;
  for (const Vector& vector : test::LoadVectors("socketio_09"))
    if (vector.Option("by").empty()) packets.push_back(vector);
  return packets;
}

class SocketIo09VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(SocketIo09VectorTest, Decodes) {
  ReplayPacketVector(SocketIo09(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Vectors, SocketIo09VectorTest,
                         testing::ValuesIn(Packets()));

TEST(SocketIo09Test, BytesHaveNoPlace) {
  SocketPacket packet;
  packet.name = "ev";
  packet.data.Array(2);
  packet.data.Binary("abc");
  packet.data.Integer(1);
  const WrittenPacket written = Write(SocketIo09(), packet);
  EXPECT_EQ(written.text, "5:::{\"name\":\"ev\",\"args\":[null,1]}");
  EXPECT_TRUE(written.buffers.empty());
}

// Whatever a callback module has said, and what the session itself says.
TEST(SocketIo09Test, Errors) {
  SocketPacket packet;
  packet.type = Type::kError;
  packet.nsp = "/chat";
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7::/chat");
  packet.data.Text("Not authorized");
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7::/chat:2");
  packet.data.Clear();
  packet.data.Object(1);
  packet.data.Text("message");
  packet.data.Text("no");
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7::/chat:2");
  packet.data.Clear();
  packet.data.Integer(3);
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7::/chat:2") << "no reason";
  packet.data.Clear();
  packet.data.Integer(kTransportNotSupported);
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7::/chat:0");
  packet.data.Clear();
  packet.data.Array(2);
  packet.data.Integer(kClientNotHandshaken);
  packet.data.Integer(kReconnect);
  packet.nsp = "/";
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7:::1+0");
  packet.data.Clear();
  packet.data.Array(1);
  packet.data.Integer(kClientNotHandshaken);
  EXPECT_EQ(Write(SocketIo09(), packet).text, "7:::2") << "no list of two";
}

// A connect is answered without what the client said in it.
TEST(SocketIo09Test, Connects) {
  SocketPacket packet;
  ASSERT_FALSE(SocketIo09().Decode("1::/chat:?a=b", {}, &packet));
  packet.data.Object(0);
  EXPECT_EQ(Write(SocketIo09(), packet).text, "1::/chat");
}

TEST(SocketIo09Test, AllOfThemOrTheDefaultEndpoint) {
  SocketPacket packet;
  packet.type = Type::kDisconnect;
  EXPECT_EQ(Write(SocketIo09(), packet).text, "0::");
  packet.nsp.clear();
  EXPECT_EQ(Write(SocketIo09(), packet).text, "0::");
}

// E34; longer ones are in the vectors.
TEST(SocketIo09Test, ANameAsLongAsItMayBe) {
  const std::string name = "/" + std::string(255, 'a');
  SocketPacket packet;
  EXPECT_FALSE(SocketIo09().Decode("0::" + name, {}, &packet));
  EXPECT_EQ(packet.nsp, name);
}

}  // namespace
}  // namespace rabbit_socks::framing
