// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/socketio_2.md and socketio_4.md.
#include "framing/socketio_packet.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "framing/socket_packet_replay.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using test::Vector;
using Type = SocketPacket::Type;

class SocketIo2VectorTest : public testing::TestWithParam<Vector> {};
class SocketIo4VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(SocketIo2VectorTest, Decodes) {
  ReplayPacketVector(SocketIo2(), GetParam());
}
TEST_P(SocketIo4VectorTest, Decodes) {
  ReplayPacketVector(SocketIo4(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Vectors, SocketIo2VectorTest,
                         testing::ValuesIn(test::LoadVectors("socketio_2")));
INSTANTIATE_TEST_SUITE_P(Vectors, SocketIo4VectorTest,
                         testing::ValuesIn(test::LoadVectors("socketio_4")));

SocketPacket Event() {
  SocketPacket packet;
  packet.nsp = "/chat";
  packet.name = "\xc3\xbc";
  packet.data.Array(2);
  packet.data.Text("\xf0\x9f\x98\x80");
  packet.data.Binary(Bytes("\0\xff", 2));
  return packet;
}

TEST(SocketIoPacketTest, BytesMakeItBinary) {
  const WrittenPacket written = Write(SocketIo4(), Event());
  EXPECT_EQ(written.text,
            "51-/chat,[\"\xc3\xbc\",\"\xf0\x9f\x98\x80\",{\"_placeholder\":"
            "true,\"num\":0}]");
  EXPECT_EQ(written.buffers,
            std::vector<std::string>{std::string("\0\xff", 2)});
  SocketPacket ack = Event();
  ack.type = Type::kAck;
  ack.id = 3;
  ack.data = {};
  ack.data.Array(1);
  ack.data.Binary("b");
  EXPECT_EQ(Write(SocketIo4(), ack).text,
            "61-/chat,3[{\"_placeholder\":true,\"num\":0}]");
}

TEST(SocketIoPacketTest, AClientThatTakesNone) {
  EXPECT_EQ(Write(SocketIo4(), Event(), false).text,
            "2/chat,[\"\xc3\xbc\",\"\xf0\x9f\x98\x80\",null]");
}

TEST(SocketIoPacketTest, OldClientsGetAscii) {
  EXPECT_EQ(Write(SocketIo2(), Event()).text,
            "51-/chat,[\"\\u00fc\",\"\\ud83d\\ude00\",{\"_placeholder\":true,"
            "\"num\":0}]");
}

// The server's answer to a connect; whatever the packet that asked for it held.
TEST(SocketIoPacketTest, Connects) {
  SocketPacket packet;
  ASSERT_FALSE(SocketIo2().Decode("0/chat?a=b,", {}, &packet));
  EXPECT_EQ(packet.query, "a=b");
  packet.data.Object(1);
  packet.data.Text("sid");
  packet.data.Text("S");
  EXPECT_EQ(Write(SocketIo2(), packet).text, "0/chat,");
  EXPECT_EQ(Write(SocketIo4(), packet).text, "0/chat,{\"sid\":\"S\"}");
}

// E34; longer ones are in the vectors.
TEST(SocketIoPacketTest, NamesAsLongAsTheyMayBe) {
  const std::string name = "/" + std::string(255, 'a');
  const std::string query(300, 'b');
  SocketPacket packet;
  EXPECT_FALSE(SocketIo4().Decode("1" + name, {}, &packet));
  EXPECT_EQ(packet.nsp, name);
  EXPECT_FALSE(SocketIo2().Decode("0" + name + "?" + query, {}, &packet));
  EXPECT_EQ(packet.nsp, name);
  EXPECT_EQ(packet.query, query);
}

// Bare, 42 would be an id, and true is refused by clients.
TEST(SocketIoPacketTest, AnErrorThatIsANumberIsText) {
  SocketPacket packet;
  packet.type = Type::kError;
  packet.data.Integer(42);
  EXPECT_EQ(Write(SocketIo2(), packet).text, "4\"42\"");
  packet.data.Clear();
  packet.data.Boolean(true);
  EXPECT_EQ(Write(SocketIo2(), packet).text, "4\"true\"");
  packet.data.Clear();
  packet.data.Double(-0.5);
  EXPECT_EQ(Write(SocketIo2(), packet).text, "4\"-0.5\"");
}

TEST(SocketIoPacketTest, AListThatIsEmpty) {
  SocketPacket packet;
  packet.name = "x";
  EXPECT_EQ(Write(SocketIo4(), packet).text, "2[\"x\"]");
  packet.type = Type::kAck;
  packet.id = 99999999999999999;
  EXPECT_EQ(Write(SocketIo4(), packet).text, "399999999999999999[]");
}

TEST(SocketIoPacketTest, AppendsBehindWhatIsThere) {
  std::string text = "4";
  SocketPacket packet;
  packet.type = Type::kDisconnect;
  SocketIo4().Append(packet, &text, nullptr);
  EXPECT_EQ(text, "41");
}

TEST(SocketIoPacketDeathTest, HasNoHeartbeats) {
  SocketPacket packet;
  packet.type = Type::kHeartbeat;
  std::string text;
  EXPECT_DEATH(SocketIo4().Append(packet, &text, nullptr),
               "this generation does not have");
}

}  // namespace
}  // namespace rabbit_socks::framing
