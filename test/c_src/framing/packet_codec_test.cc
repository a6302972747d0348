// SPDX-License-Identifier: MPL-2.0
// What every packet codec promises: a new one is tested here with one new row.
#include "framing/packet_codec.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "framing/socket_packets.h"

namespace rabbit_socks::framing {
namespace {

using base::Value;
using Type = SocketPacket::Type;

struct Row {
  const char* name;
  const PacketCodec* codec;
  bool binary;      // bytes travel beside the packet
  bool old;         // heartbeats, messages and JSON are packets
  bool nsp = true;  // there are namespaces; else events and acks alone
};

class PacketContractTest : public testing::TestWithParam<Row> {
 protected:
  const PacketCodec& codec() const { return *GetParam().codec; }

  // Of every width in UTF-8, with what the codecs themselves write in it.
  std::string Text() {
    static const char* const kPieces[] = {"a",
                                          "0",
                                          "1-",
                                          ":",
                                          ",",
                                          "/",
                                          "[",
                                          "\"",
                                          "\\",
                                          "+",
                                          "\n",
                                          "\x01",
                                          "_placeholder",
                                          "\xc3\xbc",
                                          "\xe2\x82\xac",
                                          "\xef\xbf\xbd",
                                          "\xf0\x9f\x98\x80"};
    std::string text;
    for (size_t n = random_() % 6; n > 0; --n)
      text += kPieces[random_() % std::size(kPieces)];
    return text;
  }

  void AddValue(uint32_t depth, Value* value) {
    const uint32_t kinds = depth == 0 ? 6 : 8;
    switch (random_() % kinds) {
      case 0:
        return value->Null();
      case 1:
        return value->Boolean(random_() % 2 == 0);
      case 2:
        return value->Integer(static_cast<int64_t>(random_()) - 0x7fffffff);
      case 3:
        return value->Double(static_cast<double>(random_()) / 3 + 0.1);
      case 4:
        return value->Text(Text());
      case 5:
        return GetParam().binary ? value->Binary(Text() + "\xff")
                                 : value->Text(Text());
      case 6:
        return AddList(depth - 1, value);
      default:
        break;
    }
    const auto pairs = static_cast<uint32_t>(random_() % 4);
    value->Object(pairs);
    for (uint32_t i = 0; i < pairs; ++i) {
      value->Text("k" + Text());
      AddValue(depth - 1, value);
    }
  }

  void AddList(uint32_t depth, Value* value) {
    const auto elements = static_cast<uint32_t>(random_() % 4);
    value->Array(elements);
    for (uint32_t i = 0; i < elements; ++i) AddValue(depth, value);
  }

  SocketPacket RandomPacket() {
    static const char* const kNames[] = {"/", "/chat", "/\xc3\xbc",
                                         "/a/b.c+d-1"};
    SocketPacket packet;
    if (GetParam().nsp) packet.nsp = kNames[random_() % std::size(kNames)];
    const uint32_t types = GetParam().old ? 8 : 4;
    const uint32_t least = GetParam().nsp ? 0 : 2;
    switch (least + random_() % (types - least)) {
      case 0:
        packet.type = Type::kConnect;
        break;
      case 1:
        packet.type = Type::kDisconnect;
        if (GetParam().old && packet.nsp == "/") packet.nsp.clear();
        break;
      case 2:
        packet.type = Type::kAck;
        packet.id = random_();
        AddList(3, &packet.data);
        break;
      case 3:
        packet.name = "e" + Text();
        AddId(&packet);
        AddList(3, &packet.data);
        break;
      case 4:
        packet.type = Type::kMessage;
        AddId(&packet);
        packet.data.Text(Text());
        break;
      case 5:
        packet.type = Type::kJson;
        AddId(&packet);
        AddValue(3, &packet.data);
        break;
      case 6:
        packet.type = Type::kHeartbeat;
        break;
      default:
        packet.type = Type::kNoop;
        break;
    }
    return packet;
  }

  void AddId(SocketPacket* packet) {
    if (random_() % 2 == 0) return;
    packet->id = random_();
    packet->ack_at_once = GetParam().old && random_() % 2 == 0;
  }

  std::mt19937 random_{45};  // the same on every run
};

TEST_P(PacketContractTest, WhatIsWrittenIsRead) {
  Limits limits;
  limits.max_attachments = 1000;
  SocketPacket read;  // one for all: what was in it must be gone
  for (int round = 0; round < 3000; ++round) {
    const SocketPacket packet = RandomPacket();
    const WrittenPacket written = Write(codec(), packet);
    const base::Fault fault =
        DecodePacketCopy(codec(), written.text, limits, &read);
    ASSERT_FALSE(fault) << fault.text << " in " << test::Escape(written.text);
    ASSERT_EQ(read.attachments, written.buffers.size());
    ASSERT_EQ(Show(Resolve(read, written.buffers)), Show(packet))
        << test::Escape(written.text);
  }
}

// Whatever is cut or changed, it is another packet or one clear fault.
TEST_P(PacketContractTest, WhatIsBrokenIsOneFault) {
  SocketPacket read;
  for (int round = 0; round < 200; ++round) {
    std::string text = Write(codec(), RandomPacket()).text;
    for (size_t size = 0; size < text.size(); ++size) {
      const base::Fault fault =
          DecodePacketCopy(codec(), text.substr(0, size), {}, &read);
      EXPECT_TRUE(!fault || fault.code == 1002 || fault.code == 1007 ||
                  fault.code == 1009);
    }
    text[random_() % text.size()] = static_cast<char>(random_());
    (void)DecodePacketCopy(codec(), text, {}, &read);
  }
}

// L15
TEST_P(PacketContractTest, JsonIsLimited) {
  SocketPacket packet;
  packet.name = "x";
  for (int depth = 0; depth < 65; ++depth) packet.data.Array(1);
  packet.data.Null();
  SocketPacket read;
  EXPECT_EQ(codec().Decode(Write(codec(), packet).text, {}, &read).code, 1009);
  packet.data.Clear();
  packet.data.Array(1);
  packet.data.Object(1001);
  for (int i = 0; i < 1001; ++i) {
    packet.data.Text("k" + std::to_string(i));
    packet.data.Null();
  }
  EXPECT_EQ(codec().Decode(Write(codec(), packet).text, {}, &read).code, 1009);
}

// L16
TEST_P(PacketContractTest, IdsAreLimited) {
  SocketPacket packet;
  packet.name = "x";
  SocketPacket read;
  packet.id = 99999999999999999;
  EXPECT_FALSE(codec().Decode(Write(codec(), packet).text, {}, &read));
  EXPECT_EQ(read.id, packet.id);
  packet.id = 100000000000000000;
  EXPECT_EQ(codec().Decode(Write(codec(), packet).text, {}, &read).code, 1009);
}

TEST_P(PacketContractTest, TextThatIsNotUtf8IsRefused) {
  for (const char* bad : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80"}) {
    SocketPacket packet;
    packet.name = "@";
    if (GetParam().nsp) packet.nsp = "/@";
    std::string text = Write(codec(), packet).text;
    text.replace(text.find('@'), 1, bad);
    SocketPacket read;
    EXPECT_EQ(codec().Decode(text, {}, &read).code, 1007);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Codecs, PacketContractTest,
    testing::Values(Row{"SocketIo09", &SocketIo09(), false, true},
                    Row{"SocketIo2", &SocketIo2(), true, false},
                    Row{"SocketIo4", &SocketIo4(), true, false},
                    Row{"JsonEvents", &JsonEvents(), true, false, false}),
    [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

}  // namespace
}  // namespace rabbit_socks::framing
