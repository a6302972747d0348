// SPDX-License-Identifier: MPL-2.0
#include "framing/socketio_06.h"

#include <charconv>
#include <cstddef>
#include <cstdint>

#include "base/utf8.h"
#include "framing/form_text.h"
#include "framing/json.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;

constexpr Bytes kFrame = "~m~";
constexpr Bytes kHeartbeat = "~h~";
constexpr Bytes kJson = "~j~";
constexpr size_t kMaxDigits = 9;  // L16: more than any payload can hold

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kInvalidPayload = 1007;
constexpr uint16_t kTooBig = 1009;

bool Consume(Bytes* text, Bytes prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Takes one frame off the front of `rest`. REQUIRES: rest is UTF-8
Fault TakeFrame(Bytes* rest, Bytes* text) {
  if (!Consume(rest, kFrame)) return {kProtocolError, "no ~m~ before a length"};
  size_t digits = 0;
  while (digits < rest->size() && digits <= kMaxDigits &&
         (*rest)[digits] >= '0' && (*rest)[digits] <= '9') {
    ++digits;
  }
  if (digits == 0) return {kProtocolError, "a frame without a length"};
  if (digits > kMaxDigits) return {kProtocolError, "a length of many digits"};
  uint32_t units = 0;
  std::from_chars(rest->data(), rest->data() + digits, units);
  rest->remove_prefix(digits);
  if (!Consume(rest, kFrame)) return {kProtocolError, "no ~m~ after a length"};
  const size_t size = base::Utf16Prefix(*rest, units);
  if (size == Bytes::npos) {
    return {kProtocolError, "a length that the text does not have"};
  }
  *text = rest->substr(0, size);
  rest->remove_prefix(size);
  return {};
}

Packet ToPacket(Bytes text) {
  if (Consume(&text, kHeartbeat)) return {Packet::Type::kHeartbeat, text};
  if (Consume(&text, kJson)) return {Packet::Type::kJson, text};
  return {Packet::Type::kMessage, text};
}

// Calls visit(packet) for each frame; its fault ends the walk.
template <class Visit>
Fault Walk(Bytes payload, Visit visit) {
  while (!payload.empty()) {
    Bytes text;
    if (const Fault fault = TakeFrame(&payload, &text)) return fault;
    if (const Fault fault = visit(ToPacket(text))) return fault;
  }
  return {};
}

// Whether it is whole frames; what they hold does not matter yet.
bool AddsUp(Bytes payload) {
  return !Walk(payload, [](const Packet&) { return Fault{}; });
}

Fault Check(Bytes payload, const Limits& limits) {
  if (!base::IsUtf8(payload)) return {kInvalidPayload, "not UTF-8"};
  uint32_t packets = 0;
  return Walk(payload, [&](const Packet& packet) -> Fault {
    if (packets == limits.max_packets) {
      return {kTooBig, "too many packets in one payload"};
    }
    ++packets;
    if (packet.type != Packet::Type::kJson) return {};
    return CheckJson(packet.data, limits);
  });
}

// REQUIRES: Check found no fault
void Report(Bytes payload, PacketSink* sink) {
  constexpr Fault kEnough{kProtocolError, "the sink wants no more"};
  (void)Walk(payload, [&](const Packet& packet) -> Fault {
    return sink->OnPacket(packet) ? Fault{} : kEnough;
  });
}

}  // namespace

Fault SocketIo06Codec::Decode(Bytes payload, const Limits& limits,
                              PacketSink* sink) const {
  const Fault fault = Check(payload, limits);
  if (!fault) Report(payload, sink);
  return fault;
}

Fault SocketIo06Codec::DecodeForm(Bytes payload, const Limits& limits,
                                  PacketSink* sink) const {
  // The lengths were counted before the form put a \r before each \n. When the
  // frames add up as received, there was none.
  if (payload.find("\r\n") == Bytes::npos || !base::IsUtf8(payload) ||
      AddsUp(payload)) {
    return Decode(payload, limits, sink);
  }
  return Decode(WithoutCarriageReturns(payload), limits, sink);
}

void SocketIo06Codec::Append(const Packet& packet, std::string* payload) const {
  Bytes prefix;
  switch (packet.type) {
    case Packet::Type::kMessage:
      break;
    case Packet::Type::kJson:
      prefix = kJson;
      break;
    case Packet::Type::kHeartbeat:
      prefix = kHeartbeat;
      break;
  }
  payload->append(kFrame);
  payload->append(
      std::to_string(prefix.size() + base::Utf16Length(packet.data)));
  payload->append(kFrame);
  payload->append(prefix);
  payload->append(packet.data);
}

}  // namespace rabbit_socks::framing
