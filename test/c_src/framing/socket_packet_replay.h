// SPDX-License-Identifier: MPL-2.0
// Replays a case of a vector file of Socket.IO packets.
#ifndef RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKET_REPLAY_H_
#define RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKET_REPLAY_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "framing/socket_packets.h"
#include "support/vectors.h"

namespace rabbit_socks::framing {

inline Limits LimitsOf(const test::Vector& vector) {
  Limits limits;
  const auto number = [&](const char* key, uint32_t fallback) {
    return static_cast<uint32_t>(vector.Number(key, fallback));
  };
  limits.max_packets = number("max_packets", limits.max_packets);
  limits.max_json_depth = number("max_json_depth", limits.max_json_depth);
  limits.max_json_keys = number("max_json_keys", limits.max_json_keys);
  limits.max_attachments = number("max_attachments", limits.max_attachments);
  return limits;
}

// The case as it stands; into a packet that held another; written again; and
// each of its beginnings and ends.
inline void ReplayPacketVector(const PacketCodec& codec,
                               const test::Vector& vector) {
  const Limits limits = LimitsOf(vector);
  SocketPacket packet;
  const base::Fault fault = DecodePacketCopy(codec, vector.in, limits, &packet);
  const std::string shown =
      fault ? "fault " + std::to_string(fault.code) + "\n" : Show(packet);
  EXPECT_EQ(shown, vector.out);

  SocketPacket used;
  used.type = SocketPacket::Type::kConnect;
  used.nsp = "/used";
  used.query = used.name = "used";
  used.id = used.attachments = 7;
  used.ack_at_once = true;
  used.data.Text("used");
  EXPECT_EQ(DecodePacketCopy(codec, vector.in, limits, &used).code, fault.code);
  if (!fault) {
    EXPECT_EQ(Show(used), shown);
    const std::vector<std::string> buffers = SampleBuffers(packet.attachments);
    const WrittenPacket written = Write(codec, Resolve(packet, buffers));
    if (vector.Option("again") != "no") {
      EXPECT_EQ(test::Escape(written.text), test::Escape(vector.in));
      EXPECT_EQ(written.buffers, buffers);
    }
  }
  // A packet is one unit: a part of it is another packet, and no crash.
  test::ForEachCut(vector.in, [&](const std::vector<base::Bytes>& pieces) {
    for (const base::Bytes piece : pieces) {
      const base::Fault part = codec.Decode(piece, limits, &used);
      EXPECT_TRUE(!part || part.code == 1002 || part.code == 1007 ||
                  part.code == 1009);
    }
  });
}

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKET_REPLAY_H_
