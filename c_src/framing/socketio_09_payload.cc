// SPDX-License-Identifier: MPL-2.0
#include "framing/socketio_09_payload.h"

#include <charconv>
#include <cstddef>
#include <cstdint>

#include "base/utf8.h"
#include "base/value.h"
#include "framing/form_text.h"
#include "framing/json_value.h"
#include "framing/packet_wire.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;

constexpr Bytes kMark = "\xef\xbf\xbd";  // U+FFFD
constexpr size_t kMaxDigits = 9;         // L16: more than any payload can hold

bool Framed(Bytes payload) { return payload.substr(0, kMark.size()) == kMark; }

// Takes one frame off the front of *rest. REQUIRES: rest is UTF-8
Fault TakeFrame(Bytes* rest, Bytes* packet) {
  if (!Framed(*rest)) {
    return {kPacketProtocolError, "no U+FFFD before a length"};
  }
  rest->remove_prefix(kMark.size());
  const size_t digits = rest->substr(0, kMaxDigits + 1).find(kMark[0]);
  uint32_t units = 0;
  const char* const end = rest->data() + (digits == Bytes::npos ? 0 : digits);
  if (digits == 0 || std::from_chars(rest->data(), end, units).ptr != end ||
      digits == Bytes::npos || !Framed(rest->substr(digits))) {
    return {kPacketProtocolError, "a length that is none"};
  }
  rest->remove_prefix(digits + kMark.size());
  const size_t size = base::Utf16Prefix(*rest, units);
  if (size == Bytes::npos) {
    return {kPacketProtocolError, "a length that the text does not have"};
  }
  *packet = rest->substr(0, size);
  rest->remove_prefix(size);
  return {};
}

// Calls visit(packet) for each packet; its fault ends the walk.
template <class Visit>
Fault Walk(Bytes payload, Visit visit) {
  if (!payload.empty() && !Framed(payload)) return visit(payload);
  while (!payload.empty()) {
    Bytes packet;
    if (const Fault fault = TakeFrame(&payload, &packet)) return fault;
    if (const Fault fault = visit(packet)) return fault;
  }
  return {};
}

bool AddsUp(Bytes payload) {
  return !Walk(payload, [](Bytes) { return Fault{}; });
}

}  // namespace

Fault DecodePayload09(Bytes payload, const Limits& limits, PayloadSink* sink) {
  if (!base::IsUtf8(payload)) {
    return {kPacketNotUtf8, "a payload is not UTF-8"};
  }
  uint32_t packets = 0;
  const Fault fault = Walk(payload, [&](Bytes) -> Fault {
    if (packets == limits.max_packets) {
      return {kPacketTooBig, "too many packets in one payload"};
    }
    ++packets;
    return {};
  });
  if (fault) return fault;
  constexpr Fault kEnough{kPacketProtocolError, "the sink wants no more"};
  (void)Walk(payload, [&](Bytes packet) {
    return sink->OnPacketText(packet) ? Fault{} : kEnough;
  });
  return {};
}

Fault DecodeForm09(Bytes field, const Limits& limits, PayloadSink* sink) {
  if (!field.empty() && field[0] == '"') {
    base::Value literal;
    const Fault fault = ParseJson(field, limits, 0, &literal);
    if (fault) return fault;
    return DecodePayload09(literal.BytesOf(literal.tokens()[0]), limits, sink);
  }
  // In frames the lengths tell whether there was a form in the way: they were
  // counted before. A bare packet has none.
  if (field.find("\r\n") == Bytes::npos || !base::IsUtf8(field) ||
      (Framed(field) && AddsUp(field))) {
    return DecodePayload09(field, limits, sink);
  }
  return DecodePayload09(WithoutCarriageReturns(field), limits, sink);
}

void AppendPayload09(std::span<const Bytes> packets, std::string* payload) {
  // No packet of ours begins with U+FFFD; one that did would need a frame.
  if (packets.size() == 1 && !packets[0].empty() && !Framed(packets[0])) {
    payload->append(packets[0]);
    return;
  }
  for (const Bytes packet : packets) {
    payload->append(kMark);
    AppendNumber(base::Utf16Length(packet), payload);
    payload->append(kMark);
    payload->append(packet);
  }
}

}  // namespace rabbit_socks::framing
