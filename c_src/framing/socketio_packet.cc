// SPDX-License-Identifier: MPL-2.0
#include "framing/socketio_packet.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "base/check.h"
#include "base/utf8.h"
#include "framing/json_value.h"
#include "framing/packet_wire.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;
using Type = SocketPacket::Type;

// By the wire's digit.
constexpr Type kTypes[] = {Type::kConnect, Type::kDisconnect, Type::kEvent,
                           Type::kAck,     Type::kError,      Type::kEvent,
                           Type::kAck};
constexpr size_t kFirstBinary = 5;
constexpr char kToBinary = 3;  // from an event to a binary one, and so on

constexpr Bytes kReserved[] = {"connect",     "connect_error",
                               "disconnect",  "disconnecting",
                               "newListener", "removeListener"};

constinit const SocketIoCodec kSocketIo2({false, false, JsonForm::kAscii});
constinit const SocketIoCodec kSocketIo4({true, true, JsonForm::kUtf8});

// Takes "<n>-" off the front.
Fault TakeAttachments(const Limits& limits, Bytes* text, uint32_t* count) {
  std::optional<uint64_t> number;
  if (const Fault fault = TakeNumber(text, &number)) return fault;
  if (!number || text->empty() || text->front() != '-') {
    return {kPacketProtocolError, "a binary packet without a count"};
  }
  text->remove_prefix(1);
  if (*number > limits.max_attachments) {
    return {kPacketTooBig, "too many attachments"};
  }
  *count = static_cast<uint32_t>(*number);
  return {};
}

char Digit(Type type) {
  for (size_t digit = 0; digit < kFirstBinary; ++digit) {
    if (kTypes[digit] == type) return static_cast<char>('0' + digit);
  }
  RS_CHECK(false, "a packet that this generation does not have");
  return 0;
}

// What would be taken for an id, and booleans, which go the same way.
bool IsBare(const Value& data) {
  if (data.empty()) return false;
  const Value::Kind kind = data.tokens()[0].kind;
  return kind == Value::Kind::kBoolean || kind == Value::Kind::kInteger ||
         kind == Value::Kind::kDouble;
}

size_t CountBytes(const Value& data) {
  return static_cast<size_t>(std::count_if(
      data.tokens().begin(), data.tokens().end(),
      [](const auto& token) { return token.kind == Value::Kind::kBinary; }));
}

}  // namespace

const PacketCodec& SocketIo2() { return kSocketIo2; }
const PacketCodec& SocketIo4() { return kSocketIo4; }

Fault SocketIoCodec::Decode(Bytes text, const Limits& limits,
                            SocketPacket* packet) const {
  ResetPacket(packet);
  if (text.empty() || text[0] < '0' ||
      text[0] >= static_cast<char>('0' + std::size(kTypes))) {
    return {kPacketProtocolError, "a packet of an unknown type"};
  }
  const auto digit = static_cast<size_t>(text[0] - '0');
  text.remove_prefix(1);
  packet->type = kTypes[digit];
  if (digit >= kFirstBinary) {
    const Fault fault = TakeAttachments(limits, &text, &packet->attachments);
    if (fault) return fault;
  }
  if (const Fault fault = ReadNamespace(&text, packet)) return fault;
  if (const Fault fault = TakeNumber(&text, &packet->id)) return fault;
  return ReadData(text, limits, packet);
}

Fault SocketIoCodec::ReadNamespace(Bytes* text, SocketPacket* packet) const {
  if (text->empty() || text->front() != '/') return {};
  const size_t comma = std::min(text->find(','), text->size());
  Bytes nsp = text->substr(0, comma);
  text->remove_prefix(std::min(comma + 1, text->size()));
  if (!base::IsUtf8(nsp)) return {kPacketNotUtf8, "a namespace is not UTF-8"};
  if (!traits_.objects) CutQuery(&nsp, packet);
  return SetNamespace(nsp, packet);
}

Fault SocketIoCodec::ReadData(Bytes text, const Limits& limits,
                              SocketPacket* packet) const {
  Value* data = &packet->data;
  if (!text.empty()) {
    const Fault fault = ParseJson(text, limits, packet->attachments, data);
    if (fault) return fault;
  }
  switch (packet->type) {
    case Type::kConnect:
      packet->id.reset();
      if (!data->empty() && !data->IsObject()) {
        return {kPacketProtocolError, "data of a connect that is no object"};
      }
      if (!traits_.objects) data->Clear();
      return {};
    case Type::kDisconnect:
      packet->id.reset();
      if (data->empty()) return {};
      return {kPacketProtocolError, "data in a disconnect"};
    case Type::kError:
      packet->id.reset();
      if (traits_.objects ? data->IsObject() : !IsBare(*data)) return {};
      return {kPacketProtocolError, "an error of another kind"};
    case Type::kAck:
      if (packet->id && data->IsArray()) return {};
      return {kPacketProtocolError, "an acknowledgement without id or list"};
    case Type::kEvent:
      return CheckEvent(packet);
    case Type::kMessage:
    case Type::kJson:
    case Type::kHeartbeat:
    case Type::kNoop:
      break;
  }
  RS_CHECK(false, "a type that no digit stands for");
  return {};
}

Fault SocketIoCodec::CheckEvent(SocketPacket* packet) const {
  Value* data = &packet->data;
  if (!data->IsArray(1) || !ReadEventName(*data, 1, &packet->name)) {
    return {kPacketProtocolError, "an event without a name"};
  }
  if (traits_.reserved_names && data->tokens()[1].kind == Value::Kind::kText &&
      std::find(std::begin(kReserved), std::end(kReserved), packet->name) !=
          std::end(kReserved)) {
    return {kPacketProtocolError, "an event with a reserved name"};
  }
  data->PopFront();
  return {};
}

void SocketIoCodec::Append(const SocketPacket& packet, std::string* text,
                           std::vector<Bytes>* attachments) const {
  const bool lists = packet.type == Type::kEvent || packet.type == Type::kAck;
  const size_t count =
      lists && attachments != nullptr ? CountBytes(packet.data) : 0;
  const char digit = Digit(packet.type);
  if (count > 0) {
    text->push_back(static_cast<char>(digit + kToBinary));
    AppendNumber(count, text);
    text->push_back('-');
  } else {
    text->push_back(digit);
  }
  if (packet.nsp != "/") {
    text->append(packet.nsp);
    text->push_back(',');
  }
  if (lists && packet.id) AppendNumber(*packet.id, text);
  AppendData(packet, text, count > 0 ? attachments : nullptr);
}

void SocketIoCodec::AppendData(const SocketPacket& packet, std::string* text,
                               std::vector<Bytes>* attachments) const {
  const Value& data = packet.data;
  if (packet.type == Type::kEvent) {
    text->push_back('[');
    AppendJsonString(packet.name, text, traits_.form);
    for (size_t at = 1; at < data.tokens().size(); at = data.After(at)) {
      text->push_back(',');
      AppendJson(data, at, traits_.form, text, attachments);
    }
    text->push_back(']');
  } else if (data.empty()) {
    if (packet.type == Type::kAck) text->append("[]");
  } else if (packet.type != Type::kConnect || traits_.objects) {
    const bool quoted = packet.type == Type::kError && IsBare(data);
    if (quoted) text->push_back('"');
    AppendJson(data, 0, traits_.form, text, attachments);
    if (quoted) text->push_back('"');
  }
}

}  // namespace rabbit_socks::framing
