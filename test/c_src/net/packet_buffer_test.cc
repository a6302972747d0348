// SPDX-License-Identifier: MPL-2.0
#include "net/packet_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace rabbit_socks::net {
namespace {

constexpr uint32_t kMax = 1000000;

std::string Framed(const std::string& packet) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(packet.size() >> shift & 0xff));
  return bytes + packet;
}

struct Outcome {
  std::vector<std::string> packets;
  bool garbage = false;
  bool operator==(const Outcome&) const = default;
};

// Feeds `bytes` in the given pieces, as reads of a pipe would.
Outcome Feed(PacketBuffer* buffer, base::Bytes bytes, size_t piece) {
  Outcome outcome;
  while (!bytes.empty() && !outcome.garbage) {
    const std::span<char> room = buffer->Room();
    EXPECT_FALSE(room.empty());
    const size_t size = std::min({piece, room.size(), bytes.size()});
    std::memcpy(room.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    buffer->Filled(size);
    base::Bytes packet;
    PacketBuffer::Status status;
    while ((status = buffer->Next(&packet)) == PacketBuffer::Status::kPacket)
      outcome.packets.emplace_back(packet);
    outcome.garbage = status == PacketBuffer::Status::kGarbage;
  }
  return outcome;
}

TEST(PacketBufferTest, EqualPacketsHoweverTheBytesArrive) {
  const Outcome expected{{"one", "", std::string(300, 'x'), "last"}, false};
  std::string bytes;
  for (const std::string& packet : expected.packets) bytes += Framed(packet);
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    PacketBuffer buffer(kMax);
    EXPECT_EQ(Feed(&buffer, bytes, piece), expected) << piece;
  }
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    PacketBuffer buffer(kMax);
    Outcome outcome = Feed(&buffer, base::Bytes(bytes).substr(0, cut), kMax);
    const Outcome rest = Feed(&buffer, base::Bytes(bytes).substr(cut), kMax);
    outcome.packets.insert(outcome.packets.end(), rest.packets.begin(),
                           rest.packets.end());
    EXPECT_EQ(outcome, expected) << cut;
  }
}

TEST(PacketBufferTest, GrowsToALongPacketAndShrinksAfterIt) {
  std::string packet(500000, 'a');
  for (size_t i = 0; i < packet.size(); ++i)
    packet[i] = static_cast<char>(i * 7);
  PacketBuffer buffer(kMax);
  const Outcome outcome =
      Feed(&buffer, Framed("before") + Framed(packet) + Framed("after"), 60000);
  EXPECT_EQ(outcome, (Outcome{{"before", packet, "after"}, false}));
  EXPECT_GE(buffer.Room().size(), 1U);
  EXPECT_EQ(buffer.capacity(), PacketBuffer::kBaseCapacity);
}

TEST(PacketBufferTest, APacketThatEndsWithTheBufferLeavesRoom) {
  PacketBuffer buffer(kMax);
  const std::string packet(PacketBuffer::kBaseCapacity - 4, 'b');
  EXPECT_EQ(Feed(&buffer, Framed(packet) + Framed("c"), kMax),
            (Outcome{{packet, "c"}, false}));
}

TEST(PacketBufferTest, TheLimitIsALimit) {
  PacketBuffer at(8);
  EXPECT_EQ(Feed(&at, Framed("12345678"), 100), (Outcome{{"12345678"}, false}));
  PacketBuffer over(8);
  EXPECT_EQ(Feed(&over, Framed("ok") + Framed("123456789"), 1),
            (Outcome{{"ok"}, true}));
  // What a library prints on the wrong descriptor (attack row K03).
  PacketBuffer text(0x4000000);
  EXPECT_EQ(Feed(&text, "Error: cannot open display", 100),
            (Outcome{{}, true}));
  EXPECT_EQ(text.capacity(), PacketBuffer::kBaseCapacity);
}

}  // namespace
}  // namespace rabbit_socks::net
