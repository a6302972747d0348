// SPDX-License-Identifier: MPL-2.0
#include "framing/socketio_06.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/utf8.h"
#include "framing/json.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using Type = Packet::Type;

constexpr Bytes kMark = "~m~";
constexpr Bytes kHeartbeat = "~h~";
constexpr Bytes kJson = "~j~";
// No payload within the limits has a longer text.
constexpr size_t kMaxDigits = 9;

bool TakePrefix(Bytes prefix, Bytes* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// The number in front of the next mark. False: none, or too many digits.
bool TakeLength(Bytes* payload, uint32_t* length) {
  const size_t digits = payload->find_first_not_of("0123456789");
  if (digits == 0 || digits > kMaxDigits)
    return false;  // npos: no mark follows
  std::from_chars(payload->data(), payload->data() + digits, *length);
  payload->remove_prefix(digits);
  return TakePrefix(kMark, payload);
}

Fault ReadPacket(Bytes text, const Limits& limits, Packet* packet) {
  packet->type = Type::kMessage;
  packet->data = text;
  if (TakePrefix(kHeartbeat, &packet->data)) {
    packet->type = Type::kHeartbeat;
  } else if (TakePrefix(kJson, &packet->data)) {
    packet->type = Type::kJson;
    return CheckJson(packet->data, limits);
  }
  return Fault{};
}

// REQUIRES: payload is UTF-8
Fault ReadPackets(Bytes payload, const Limits& limits,
                  std::vector<Packet>* packets) {
  while (!payload.empty()) {
    if (packets->size() == limits.max_packets)
      return Fault{1009, "too many packets in a payload"};
    uint32_t length = 0;
    if (!TakePrefix(kMark, &payload) || !TakeLength(&payload, &length))
      return Fault{1002, "malformed ~m~ frame"};
    const size_t size = base::Utf16Prefix(payload, length);
    if (size == Bytes::npos)
      return Fault{1002, "~m~ frame shorter than its length"};
    Packet packet;
    if (const Fault fault =
            ReadPacket(payload.substr(0, size), limits, &packet))
      return fault;
    packets->push_back(packet);
    payload.remove_prefix(size);
  }
  return Fault{};
}

void Report(const std::vector<Packet>& packets, PacketSink* sink) {
  for (const Packet& packet : packets) {
    if (!sink->OnPacket(packet)) return;
  }
}

std::string WithoutCarriageReturns(Bytes text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out.push_back(text[i]);
  }
  return out;
}

}  // namespace

Fault SocketIo06Codec::Decode(Bytes payload, const Limits& limits,
                              PacketSink* sink) const {
  if (!base::IsUtf8(payload)) return Fault{1007, "payload is not UTF-8"};
  std::vector<Packet> packets;
  if (const Fault fault = ReadPackets(payload, limits, &packets)) return fault;
  Report(packets, sink);
  return Fault{};
}

Fault SocketIo06Codec::DecodeForm(Bytes payload, const Limits& limits,
                                  PacketSink* sink) const {
  if (!base::IsUtf8(payload)) return Fault{1007, "payload is not UTF-8"};
  std::vector<Packet> packets;
  const Fault as_received = ReadPackets(payload, limits, &packets);
  if (!as_received) {
    Report(packets, sink);
    return Fault{};
  }
  // The lengths were counted before the browser's form turned each line feed
  // into two characters.
  const std::string mended = WithoutCarriageReturns(payload);
  if (mended.size() == payload.size()) return as_received;
  packets.clear();
  if (const Fault fault = ReadPackets(mended, limits, &packets)) return fault;
  Report(packets, sink);
  return Fault{};
}

void SocketIo06Codec::Append(const Packet& packet, std::string* payload) const {
  const Bytes kind = packet.type == Type::kHeartbeat ? kHeartbeat
                     : packet.type == Type::kJson    ? kJson
                                                     : Bytes();
  payload->append(kMark)
      .append(std::to_string(kind.size() + base::Utf16Length(packet.data)))
      .append(kMark);
  payload->append(kind).append(packet.data);
}

}  // namespace rabbit_socks::framing
