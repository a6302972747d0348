// SPDX-License-Identifier: MPL-2.0
#include "session/socket_message.h"

#include "base/utf8.h"
#include "framing/json_value.h"
#include "framing/packet_wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Message;
using base::Value;
using framing::Generation;
using framing::SocketPacket;
using Type = SocketPacket::Type;

constexpr Bytes kMessage = "message";
// How a callback module of 2011 marks JSON.
constexpr Bytes kJsonMark = "~j~";

// A text of the module, or the value that it says by the mark. What is marked
// and is no JSON is a text.
void ReadText(Bytes text, Value* value, Type* type) {
  *type = Type::kMessage;
  if (text.substr(0, kJsonMark.size()) == kJsonMark &&
      !framing::ParseJson(text.substr(kJsonMark.size()), {}, 0, value)) {
    *type = Type::kJson;
    return;
  }
  value->Clear();
  value->Text(text);
}

bool FrameTo09(const Message& message, SocketPacket* packet) {
  if (message.kind == Message::Kind::kBinary) return false;
  ReadText(message.data, &packet->data, &packet->type);
  return base::IsUtf8(message.data);
}

bool FrameToEvent(const Message& message, SocketPacket* packet) {
  packet->type = Type::kEvent;
  packet->name = kMessage;
  packet->data.Array(1);
  if (message.kind == Message::Kind::kBinary) {
    packet->data.Binary(message.data);
    return true;
  }
  Value value;
  Type type;
  ReadText(message.data, &value, &type);
  packet->data.Append(value, 0);
  return base::IsUtf8(message.data);
}

}  // namespace

bool ToSocketPacket(const Message& message, const std::string& nsp,
                    const Generation& generation, SocketPacket* packet) {
  framing::ResetPacket(packet);
  packet->nsp = nsp;
  switch (message.kind) {
    case Message::Kind::kText:
    case Message::Kind::kBinary:
      return generation.messages ? FrameTo09(message, packet)
                                 : FrameToEvent(message, packet);
    case Message::Kind::kEvent:
      packet->type = Type::kEvent;
      packet->name.assign(message.data);
      packet->id = message.id;
      packet->data = *message.args;
      return base::IsUtf8(message.data);
    case Message::Kind::kAck:
      packet->type = Type::kAck;
      packet->id = message.id;
      packet->data = *message.args;
      return true;
  }
  return false;
}

}  // namespace rabbit_socks::session
