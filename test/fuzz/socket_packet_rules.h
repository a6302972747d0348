// SPDX-License-Identifier: MPL-2.0
// What holds of every packet that a packet codec has read, and that it can be
// written again; for the fuzz targets of those codecs.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SOCKET_PACKET_RULES_H_
#define RABBIT_SOCKS_TEST_FUZZ_SOCKET_PACKET_RULES_H_

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "framing/packet_codec.h"
#include "framing/socket_packets.h"

namespace rabbit_socks::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

// Walks a value that is whole: each text is UTF-8, nothing is deeper or has
// more keys than allowed, and each attachment has one place; bytes are there
// only if the codec has them within the text. How many have a place.
inline uint32_t CheckValue(const base::Value& value,
                           const framing::Limits& limits, uint32_t attachments,
                           bool has_bytes) {
  using Kind = base::Value::Kind;
  std::vector<bool> seen(attachments);
  std::vector<size_t> ends;  // of the containers around
  uint32_t placed = 0;
  const auto& tokens = value.tokens();
  for (size_t i = 0; i < tokens.size(); ++i) {
    while (!ends.empty() && ends.back() == i) ends.pop_back();
    const auto& token = tokens[i];
    Require(has_bytes || token.kind != Kind::kBinary);
    if (token.kind == Kind::kText) Require(base::IsUtf8(value.BytesOf(token)));
    if (token.kind == Kind::kObject)
      Require(token.size <= limits.max_json_keys);
    if (token.kind == Kind::kArray || token.kind == Kind::kObject) {
      ends.push_back(value.After(i));
      // The list that a codec put around the only argument is not counted.
      Require(ends.size() <= limits.max_json_depth + 1);
    }
    if (token.kind == Kind::kAttachment) {
      const auto number = static_cast<size_t>(token.number);
      Require(number < attachments && !seen[number]);
      seen[number] = true;
      ++placed;
    }
  }
  if (!value.empty()) Require(value.After(0) == tokens.size());
  return placed;
}

// How many attachments have a place.
inline uint32_t CheckPacket(const framing::SocketPacket& packet,
                            const framing::Limits& limits, bool has_bytes) {
  using Type = framing::SocketPacket::Type;
  constexpr uint64_t kMostDigits = 99999999999999999;
  const bool lists = packet.type == Type::kEvent || packet.type == Type::kAck;
  const bool ids =
      lists || packet.type == Type::kMessage || packet.type == Type::kJson;
  Require(packet.type == Type::kDisconnect || packet.nsp[0] == '/');
  Require(packet.nsp.size() <= 256 && base::IsUtf8(packet.nsp));
  Require(base::IsUtf8(packet.query) && base::IsUtf8(packet.name));
  Require(packet.query.empty() || packet.type == Type::kConnect);
  Require(packet.name.empty() || packet.type == Type::kEvent);
  Require(!packet.id || (ids && *packet.id <= kMostDigits));
  Require(packet.id || (packet.type != Type::kAck && !packet.ack_at_once));
  Require(!lists || packet.data.IsArray());
  Require(packet.attachments <= limits.max_attachments);
  Require(packet.attachments == 0 || lists);
  return CheckValue(packet.data, limits, packet.attachments, has_bytes);
}

// Decodes, checks, writes what was read and reads that: it is the same.
inline void RunPacketCodec(const framing::PacketCodec& codec, base::Bytes text,
                           const framing::Limits& limits,
                           bool has_bytes = false) {
  framing::SocketPacket packet;
  const base::Fault fault =
      framing::DecodePacketCopy(codec, text, limits, &packet);
  // A packet that held another one.
  static framing::SocketPacket used;
  Require(codec.Decode(text, limits, &used).code == fault.code);
  if (fault) {
    Require(fault.code == 1002 || fault.code == 1007 || fault.code == 1009);
    return;
  }
  Require(framing::Show(used) == framing::Show(packet));
  const uint32_t placed = CheckPacket(packet, limits, has_bytes);

  const auto buffers = framing::SampleBuffers(packet.attachments);
  framing::SocketPacket whole = framing::Resolve(packet, buffers);
  whole.query.clear();
  const framing::WrittenPacket written = framing::Write(codec, whole);
  Require(base::IsUtf8(written.text) && written.buffers.size() == placed);
  // What was read within the limits may be a little beyond when it is written
  // in full, such as an argument that becomes a list of one.
  framing::Limits wide = limits;
  wide.max_json_depth += 1;
  wide.max_json_keys += 2;
  framing::SocketPacket again;
  Require(!framing::DecodePacketCopy(codec, written.text, wide, &again));
  Require(again.attachments == placed);
  Require(framing::Show(framing::Resolve(again, written.buffers)) ==
          framing::Show(whole));
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SOCKET_PACKET_RULES_H_
