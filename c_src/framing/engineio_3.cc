// SPDX-License-Identifier: MPL-2.0
// Engine.IO protocol 3, of Socket.IO 1.x and 2.x. A payload in the text form is
// <length>:<packet>…, the length in UTF-16 units as JavaScript counts, and a
// packet a type digit and text, or b4 and base64 for a binary message. In the
// binary form it is 00 or 01 for text or binary, the digits of the length as
// bytes 0 to 9, ff and the packet; a binary message has the byte 04 before it,
// there and on WebSocket.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/base64.h"
#include "base/utf8.h"
#include "framing/engine_codec.h"
#include "framing/engine_wire.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Payload;

constexpr Bytes kMark = "b4";
constexpr Bytes kNoPackets = "0:";
constexpr char kMessageByte = '\x04';
// What a packet of the binary form begins with.
constexpr char kTextByte = '\x00';
constexpr char kBinaryByte = '\x01';
constexpr char kLengthEnd = '\xff';
constexpr size_t kMaxDigits = 9;  // L16: more than any payload can hold

class EngineIo3Codec final : public EngineCodec {
 public:
  base::Fault DecodePayload(base::Bytes body, EngineForm form,
                            const Limits& limits,
                            EngineSink* sink) const override;
  void AppendToPayload(const EnginePacket& packet, EngineForm form,
                       size_t packets, std::string* payload) const override;
  base::Result<EnginePacket> DecodeMessage(base::Bytes message,
                                           base::Payload payload,
                                           std::string* scratch) const override;
  base::Payload AppendMessage(const EnginePacket& packet, bool base64,
                              std::string* message) const override;
};

const EngineIo3Codec kCodec;

// Takes <digits><end> off the front of `rest`; a digit is `zero` plus 0 to 9.
Fault TakeLength(char zero, char end, Bytes* rest, size_t* length) {
  size_t digits = 0;
  for (*length = 0; digits < rest->size(); ++digits) {
    const char c = (*rest)[digits];
    if (c == end) break;
    const int digit = c - zero;
    if (digit < 0 || digit > 9) {
      return {kEngineProtocolError, "a length that is no number"};
    }
    if (digits == kMaxDigits) {
      return {kEngineProtocolError, "a length of many digits"};
    }
    *length = *length * 10 + static_cast<size_t>(digit);
  }
  if (digits == 0) return {kEngineProtocolError, "a packet without a length"};
  if (digits == rest->size()) {
    return {kEngineProtocolError, "a length without an end"};
  }
  rest->remove_prefix(digits + 1);
  if (*length > rest->size()) {
    return {kEngineProtocolError, "a length that the payload does not have"};
  }
  return {};
}

// A binary message with its type byte.
base::Result<Bytes> ReadBinary(Bytes packet) {
  if (packet.empty() || packet[0] != kMessageByte) {
    return Fault{kEngineProtocolError, "a binary packet that is no message"};
  }
  return packet.substr(1);
}

// Takes one packet of the text form off the front of `rest`.
// REQUIRES: rest is UTF-8
Fault TakeText(Bytes* rest, EngineBatch* batch) {
  size_t units = 0;
  if (const Fault fault = TakeLength('0', ':', rest, &units)) return fault;
  const size_t size = base::Utf16Prefix(*rest, units);
  if (size == Bytes::npos) {
    return {kEngineProtocolError, "a length that the text does not have"};
  }
  const Bytes packet = rest->substr(0, size);
  rest->remove_prefix(size);
  return batch->AddText(packet, kMark);
}

// Takes one packet of the binary form off the front of `rest`.
Fault TakeBinary(Bytes* rest, EngineBatch* batch) {
  const char kind = rest->front();
  if (kind != kTextByte && kind != kBinaryByte) {
    return {kEngineProtocolError, "a packet neither text nor binary"};
  }
  rest->remove_prefix(1);
  size_t size = 0;
  if (const Fault fault = TakeLength('\0', kLengthEnd, rest, &size)) {
    return fault;
  }
  const Bytes packet = rest->substr(0, size);
  rest->remove_prefix(size);
  if (kind == kBinaryByte) {
    const auto data = ReadBinary(packet);
    return data.ok() ? batch->AddBinary(data.value()) : data.fault();
  }
  if (!base::IsUtf8(packet)) return {kEngineNotUtf8, "a packet is not UTF-8"};
  return batch->AddText(packet, kMark);
}

void AppendLength(size_t length, char zero, char end, std::string* out) {
  for (const char digit : std::to_string(length)) {
    out->push_back(static_cast<char>(digit - '0' + zero));
  }
  out->push_back(end);
}

}  // namespace

const EngineCodec& EngineIo3() { return kCodec; }

Fault EngineIo3Codec::DecodePayload(Bytes body, EngineForm form,
                                    const Limits& limits,
                                    EngineSink* sink) const {
  if (body.empty()) return {kEngineProtocolError, "an empty payload"};
  const bool text = form == EngineForm::kText;
  if (text && !base::IsUtf8(body)) {
    return {kEngineNotUtf8, "a payload is not UTF-8"};
  }
  // The reference encoder's word for none at all.
  if (text && body == kNoPackets) return {};
  EngineBatch batch(body, limits);
  for (Bytes rest = body; !rest.empty();) {
    const Fault fault =
        text ? TakeText(&rest, &batch) : TakeBinary(&rest, &batch);
    if (fault) return fault;
  }
  batch.Report(sink);
  return {};
}

void EngineIo3Codec::AppendToPayload(const EnginePacket& packet,
                                     EngineForm form, size_t /*packets*/,
                                     std::string* payload) const {
  const bool binary = packet.payload == Payload::kBinary;
  if (form == EngineForm::kText) {
    AppendLength(binary ? kMark.size() + base::Base64Size(packet.data.size())
                        : 1 + base::Utf16Length(packet.data),
                 '0', ':', payload);
    AppendEngineText(packet, kMark, payload);
    return;
  }
  payload->push_back(binary ? kBinaryByte : kTextByte);
  AppendLength(1 + packet.data.size(), '\0', kLengthEnd, payload);
  (void)AppendMessage(packet, false, payload);
}

base::Result<EnginePacket> EngineIo3Codec::DecodeMessage(
    Bytes message, Payload payload, std::string* scratch) const {
  if (payload == Payload::kText) {
    return ReadEngineMessage(message, kMark, scratch);
  }
  const auto data = ReadBinary(message);
  if (!data.ok()) return data.fault();
  return EnginePacket{EnginePacket::Type::kMessage, Payload::kBinary,
                      data.value()};
}

Payload EngineIo3Codec::AppendMessage(const EnginePacket& packet, bool base64,
                                      std::string* message) const {
  if (packet.payload == Payload::kBinary && !base64) {
    message->push_back(kMessageByte);
    message->append(packet.data);
    return Payload::kBinary;
  }
  AppendEngineText(packet, kMark, message);
  return Payload::kText;
}

}  // namespace rabbit_socks::framing
