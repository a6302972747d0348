// SPDX-License-Identifier: MPL-2.0
#include "framing/socketio_09.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

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
constexpr Type kTypes[] = {Type::kDisconnect, Type::kConnect, Type::kHeartbeat,
                           Type::kMessage,    Type::kJson,    Type::kEvent,
                           Type::kAck,        Type::kError,   Type::kNoop};

// Ends up as a kNoop.
constexpr Fault kNothing{kPacketProtocolError, "a packet that says nothing"};

const SocketIo09Codec kCodec;

bool Take(char c, Bytes* text) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

Fault TakeType(Bytes* text, Type* type) {
  if (text->empty()) return kNothing;
  const auto digit = static_cast<size_t>(text->front() - '0');
  if (text->front() < '0' || digit >= std::size(kTypes)) return kNothing;
  *type = kTypes[digit];
  text->remove_prefix(1);
  return {};
}

Fault TakeEndpoint(Bytes* text, SocketPacket* packet) {
  Bytes endpoint = text->substr(0, text->find(':'));
  text->remove_prefix(endpoint.size());
  CutQuery(&endpoint, packet);
  if (!endpoint.empty() && endpoint != "/")
    return SetNamespace(endpoint, packet);
  if (packet->type == Type::kDisconnect) packet->nsp.clear();
  return {};
}

void ReadQuery(Bytes data, SocketPacket* packet) {
  if (!data.empty() && data[0] == '?') data.remove_prefix(1);
  if (!data.empty()) packet->query = data;
}

// {"name":<text>,"args":<list>}
Fault ReadEvent(Bytes data, const Limits& limits, SocketPacket* packet) {
  Value event;
  if (const Fault fault = ParseJson(data, limits, 0, &event)) return fault;
  const Value::Token* name = event.Find(0, "name");
  const auto index = [&](const Value::Token* token) {
    return static_cast<size_t>(token - event.tokens().data());
  };
  if (name == nullptr || !ReadEventName(event, index(name), &packet->name) ||
      packet->name == "disconnect") {
    return kNothing;
  }
  const Value::Token* args = event.Find(0, "args");
  if (args == nullptr || args->kind == Value::Kind::kNull) {
    packet->data.Array(0);
    return {};
  }
  if (args->kind != Value::Kind::kArray) packet->data.Array(1);
  packet->data.Append(event, index(args));
  return {};
}

// <id>[+<list>]
Fault ReadAck(Bytes data, const Limits& limits, SocketPacket* packet) {
  if (const Fault fault = TakeNumber(&data, &packet->id)) return fault;
  if (!packet->id) return kNothing;
  (void)Take('+', &data);
  if (data.empty()) {
    packet->data.Array(0);
    return {};
  }
  const Fault fault = ParseJson(data, limits, 0, &packet->data);
  if (fault) return fault;
  return packet->data.IsArray() ? Fault{} : kNothing;
}

// <reason>[+<advice>]
void ReadError(Bytes data, Value* value) {
  if (data.empty() || data[0] < '0' || data[0] > '2') return;
  if (data.size() > 1 && data[1] != '+') return;
  const bool advice = data.substr(1) == "+0";
  if (advice) value->Array(2);
  value->Integer(data[0] - '0');
  if (advice) value->Integer(kReconnect);
}

Fault ReadData(Bytes data, const Limits& limits, SocketPacket* packet) {
  switch (packet->type) {
    case Type::kDisconnect:
    case Type::kHeartbeat:
    case Type::kNoop:
      return {};
    case Type::kConnect:
      ReadQuery(data, packet);
      return {};
    case Type::kMessage:
      packet->data.Text(data);
      return {};
    case Type::kJson:
      return ParseJson(data, limits, 0, &packet->data);
    case Type::kEvent:
      return ReadEvent(data, limits, packet);
    case Type::kAck:
      return ReadAck(data, limits, packet);
    case Type::kError:
      ReadError(data, &packet->data);
      return {};
  }
  return kNothing;
}

bool TakesId(Type type) {
  return type == Type::kEvent || type == Type::kMessage || type == Type::kJson;
}

Fault Read(Bytes text, const Limits& limits, SocketPacket* packet) {
  if (const Fault fault = TakeType(&text, &packet->type)) return fault;
  if (packet->type == Type::kDisconnect && text.empty()) {
    packet->nsp.clear();
    return {};
  }
  if (!Take(':', &text)) return kNothing;
  if (const Fault fault = TakeNumber(&text, &packet->id)) return fault;
  const bool plus = Take('+', &text);
  packet->ack_at_once = packet->id.has_value() && !plus;
  if (!TakesId(packet->type)) {
    packet->id.reset();
    packet->ack_at_once = false;
  }
  if (!Take(':', &text)) return kNothing;
  if (const Fault fault = TakeEndpoint(&text, packet)) return fault;
  (void)Take(':', &text);
  return ReadData(text, limits, packet);
}

void AppendError(const Value& data, std::string* text) {
  const auto& tokens = data.tokens();
  const auto number = [&](size_t index, int64_t most) {
    return index < tokens.size() &&
           tokens[index].kind == Value::Kind::kInteger &&
           tokens[index].number >= 0 && tokens[index].number <= most;
  };
  const bool list = data.IsArray(2);
  const size_t reason = list ? 1 : 0;
  text->push_back(':');
  if (!number(reason, kUnauthorized)) {
    AppendNumber(kUnauthorized, text);
    return;
  }
  AppendNumber(static_cast<uint64_t>(tokens[reason].number), text);
  if (list && number(2, kReconnect)) text->append("+0");
}

void AppendData(const SocketPacket& packet, std::string* text) {
  const Value& data = packet.data;
  switch (packet.type) {
    case Type::kDisconnect:
    case Type::kHeartbeat:
    case Type::kNoop:
    case Type::kConnect:
      return;
    case Type::kMessage:
      if (data.empty() || data.tokens()[0].kind != Value::Kind::kText ||
          data.tokens()[0].size == 0) {
        return;
      }
      text->push_back(':');
      text->append(data.BytesOf(data.tokens()[0]));
      return;
    case Type::kJson:
      text->push_back(':');
      AppendJson(data, 0, JsonForm::kUtf8, text, nullptr);
      return;
    case Type::kEvent:
      text->append(R"(:{"name":)");
      AppendJsonString(packet.name, text);
      if (data.IsArray(1)) {
        text->append(R"(,"args":)");
        AppendJson(data, 0, JsonForm::kUtf8, text, nullptr);
      }
      text->push_back('}');
      return;
    case Type::kAck:
      text->push_back(':');
      AppendNumber(packet.id.value_or(0), text);
      if (!data.IsArray(1)) return;
      text->push_back('+');
      AppendJson(data, 0, JsonForm::kUtf8, text, nullptr);
      return;
    case Type::kError:
      if (!data.empty()) AppendError(data, text);
      return;
  }
}

}  // namespace

const PacketCodec& SocketIo09() { return kCodec; }

Fault SocketIo09Codec::Decode(Bytes text, const Limits& limits,
                              SocketPacket* packet) const {
  ResetPacket(packet);
  if (!base::IsUtf8(text)) return {kPacketNotUtf8, "a packet is not UTF-8"};
  const Fault fault = Read(text, limits, packet);
  if (fault.code != kPacketProtocolError && fault.code != kPacketNotUtf8) {
    return fault;
  }
  ResetPacket(packet);
  packet->type = Type::kNoop;
  return {};
}

void SocketIo09Codec::Append(const SocketPacket& packet, std::string* text,
                             std::vector<Bytes>* /*attachments*/) const {
  const auto* const type =
      std::find(std::begin(kTypes), std::end(kTypes), packet.type);
  text->push_back(static_cast<char>('0' + (type - std::begin(kTypes))));
  text->push_back(':');
  if (packet.id && TakesId(packet.type)) {
    AppendNumber(*packet.id, text);
    if (!packet.ack_at_once) text->push_back('+');
  }
  text->push_back(':');
  if (packet.nsp != "/") text->append(packet.nsp);
  AppendData(packet, text);
}

}  // namespace rabbit_socks::framing
