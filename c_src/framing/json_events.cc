// SPDX-License-Identifier: MPL-2.0
#include "framing/json_events.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/check.h"
#include "framing/json_value.h"
#include "framing/packet_wire.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;
using Kind = Value::Kind;
using Type = SocketPacket::Type;

constinit const JsonEventsCodec kCodec;

constexpr int64_t kMaxId = 99999999999999999;  // 17 digits (L16)

// A member's value, or null when it is not there.
const Value::Token* Member(const Value& object, Bytes key) {
  const Value::Token* token = object.Find(0, key);
  return token == nullptr || token->kind == Kind::kNull ? nullptr : token;
}

Fault ReadId(const Value::Token& token, std::optional<uint64_t>* id) {
  const bool integer = token.kind == Kind::kInteger;
  if (integer ? token.number > kMaxId
              : token.kind == Kind::kDouble && token.real >= 1e17) {
    return {kPacketTooBig, "a number of many digits"};
  }
  if (!integer || token.number < 0)
    return {kPacketProtocolError, "an id that is no integer from 0 on"};
  *id = static_cast<uint64_t>(token.number);
  return {};
}

// Which of the two it is, and what is said of it beside its arguments.
Fault ReadHead(SocketPacket* packet) {
  const Value& object = packet->data;
  const Value::Token* event = Member(object, "event");
  const Value::Token* ack = Member(object, "ack");
  if ((event == nullptr) == (ack == nullptr))
    return {kPacketProtocolError, "neither an event nor an acknowledgement"};
  if (ack != nullptr) {
    packet->type = Type::kAck;
    return ReadId(*ack, &packet->id);
  }
  if (event->kind != Kind::kText)
    return {kPacketProtocolError, "a name of an event that is no text"};
  packet->name = object.BytesOf(*event);
  const Value::Token* id = Member(object, "id");
  return id == nullptr ? Fault{} : ReadId(*id, &packet->id);
}

Fault ReadArguments(Value* data) {
  const Value::Token* args = Member(*data, "args");
  if (args == nullptr) {
    data->Clear();
    data->Array(0);
    return {};
  }
  if (args->kind != Kind::kArray)
    return {kPacketProtocolError, "args that are no list"};
  data->Narrow(static_cast<size_t>(args - data->tokens().data()));
  return {};
}

void AppendId(Bytes key, uint64_t id, std::string* text) {
  text->append(key);
  AppendNumber(id, text);
}

}  // namespace

const PacketCodec& JsonEvents() { return kCodec; }

Fault JsonEventsCodec::Decode(Bytes text, const Limits& limits,
                              SocketPacket* packet) const {
  ResetPacket(packet);
  Value* data = &packet->data;
  if (const Fault fault = ParseInlineJson(text, limits, data)) return fault;
  if (!data->IsObject())
    return {kPacketProtocolError, "a message that is no object"};
  if (const Fault fault = ReadHead(packet)) return fault;
  return ReadArguments(data);
}

void JsonEventsCodec::Append(const SocketPacket& packet, std::string* text,
                             std::vector<Bytes>* /*attachments*/) const {
  RS_CHECK(packet.type == Type::kEvent || packet.type == Type::kAck,
           "a packet that this generation does not have");
  const bool event = packet.type == Type::kEvent;
  if (event) {
    text->append("{\"event\":");
    AppendJsonString(packet.name, text);
  } else {
    AppendId("{\"ack\":", packet.id.value_or(0), text);
  }
  text->append(",\"args\":");
  if (packet.data.empty()) {
    text->append("[]");
  } else {
    AppendJson(packet.data, 0, JsonForm::kInline, text, nullptr);
  }
  if (event && packet.id) AppendId(",\"id\":", *packet.id, text);
  text->push_back('}');
}

}  // namespace rabbit_socks::framing
