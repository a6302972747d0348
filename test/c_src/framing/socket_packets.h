// SPDX-License-Identifier: MPL-2.0
// Socket.IO packets as text that tests compare, and what a packet becomes when
// its attachments are in their places. For tests and fuzzers.
#ifndef RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKETS_H_
#define RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKETS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/value.h"
#include "framing/json_value.h"
#include "framing/packet_codec.h"
#include "support/escape.h"

namespace rabbit_socks::framing {

// A copy with other values for attachments and bytes: attach(&value, number)
// and bytes(&value, bytes) append one each.
template <class Attach, class Binary>
base::Value MapValue(const base::Value& from, Attach attach, Binary bytes) {
  using Kind = base::Value::Kind;
  base::Value to;
  for (const base::Value::Token& token : from.tokens()) {
    switch (token.kind) {
      case Kind::kNull:
        to.Null();
        break;
      case Kind::kBoolean:
        to.Boolean(token.number != 0);
        break;
      case Kind::kInteger:
        to.Integer(token.number);
        break;
      case Kind::kDouble:
        to.Double(token.real + 0.0);  // of -0 only a double keeps the sign
        break;
      case Kind::kText:
        to.Text(from.BytesOf(token));
        break;
      case Kind::kBinary:
        bytes(&to, from.BytesOf(token));
        break;
      case Kind::kAttachment:
        attach(&to, static_cast<size_t>(token.number));
        break;
      case Kind::kArray:
        to.Array(token.size);
        break;
      case Kind::kObject:
        to.Object(token.size);
        break;
    }
  }
  return to;
}

inline std::string ShowValue(const base::Value& value) {
  const base::Value shown = MapValue(
      value,
      [](base::Value* to, size_t number) {
        to->Text("<attachment " + std::to_string(number) + ">");
      },
      [](base::Value* to, base::Bytes bytes) {
        to->Text("<bytes " + test::Escape(bytes) + ">");
      });
  std::string text;
  AppendJson(shown, 0, JsonForm::kAscii, &text, nullptr);
  return text;
}

// One line, with all that is not as it is in most packets.
inline std::string Show(const SocketPacket& packet) {
  static const char* const kNames[] = {"connect", "disconnect", "event",
                                       "ack",     "error",      "message",
                                       "json",    "heartbeat",  "noop"};
  std::string text = kNames[static_cast<size_t>(packet.type)];
  text += ' ';
  AppendJsonString(packet.nsp, &text, JsonForm::kAscii);
  if (!packet.query.empty()) {
    text += " query ";
    AppendJsonString(packet.query, &text, JsonForm::kAscii);
  }
  if (packet.id) text += " id " + std::to_string(*packet.id);
  if (packet.ack_at_once) text += " at once";
  if (packet.type == SocketPacket::Type::kEvent || !packet.name.empty()) {
    text += " name ";
    AppendJsonString(packet.name, &text, JsonForm::kAscii);
  }
  if (packet.attachments > 0)
    text += " attachments " + std::to_string(packet.attachments);
  if (!packet.data.empty()) text += " data " + ShowValue(packet.data);
  return text + "\n";
}

// The packet with bytes where attachments were, as a callback module that
// returns it would send it.
inline SocketPacket Resolve(const SocketPacket& packet,
                            const std::vector<std::string>& buffers) {
  SocketPacket resolved = packet;
  resolved.attachments = 0;
  resolved.data = MapValue(
      packet.data,
      [&](base::Value* to, size_t number) { to->Binary(buffers[number]); },
      [](base::Value* to, base::Bytes bytes) { to->Binary(bytes); });
  return resolved;
}

// Attachments for a packet: each other bytes, and none of them text.
inline std::vector<std::string> SampleBuffers(uint32_t count) {
  std::vector<std::string> buffers;
  for (uint32_t i = 0; i < count; ++i)
    buffers.push_back("\xff" + std::to_string(i));
  return buffers;
}

struct WrittenPacket {
  std::string text;
  std::vector<std::string> buffers;
};

inline WrittenPacket Write(const PacketCodec& codec, const SocketPacket& packet,
                           bool binary = true) {
  WrittenPacket written;
  std::vector<base::Bytes> attachments;
  codec.Append(packet, &written.text, binary ? &attachments : nullptr);
  for (const base::Bytes bytes : attachments)
    written.buffers.emplace_back(bytes);
  return written;
}

// Decodes a copy in memory of just its size, so that a step beyond is seen.
inline base::Fault DecodePacketCopy(const PacketCodec& codec, base::Bytes text,
                                    const Limits& limits,
                                    SocketPacket* packet) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return codec.Decode({copy.get(), text.size()}, limits, packet);
}

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_TEST_FRAMING_SOCKET_PACKETS_H_
