// SPDX-License-Identifier: MPL-2.0
#include "session/delivery.h"

#include <optional>
#include <string>
#include <utility>

#include "framing/json_value.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Payload;
using base::Value;
using framing::JsonForm;
using framing::Packet;
using framing::SocketPacket;

// A callback module of 2011 knows JSON messages by this mark.
constexpr Bytes kJsonMark = "~j~";
// What a client's send() is.
constexpr Bytes kMessage = "message";

void Spend(Session* s, size_t bytes) {
  --s->credit_messages;
  s->credit_bytes -= static_cast<int64_t>(bytes);
}

bool TakesEvents(const Session& s) { return s.config->routes[s.route].events; }

void DeliverJsonFrame(Tables& t, Session* s, const Value& value, size_t index) {
  std::string text(kJsonMark);
  framing::AppendJson(value, index, JsonForm::kUtf8, &text, nullptr);
  DeliverFrame(t, s, Payload::kText, text);
}

// One argument is the frame; of none or several the list is.
void DeliverArguments(Tables& t, Session* s, const Value& args) {
  constexpr size_t kFirst = 1;
  if (args.tokens()[0].size != 1) return DeliverJsonFrame(t, s, args, 0);
  const Value::Token& first = args.tokens()[kFirst];
  if (first.kind == Value::Kind::kText) {
    DeliverFrame(t, s, Payload::kText, args.BytesOf(first));
  } else if (first.kind == Value::Kind::kBinary) {
    DeliverFrame(t, s, Payload::kBinary, args.BytesOf(first));
  } else {
    DeliverJsonFrame(t, s, args, kFirst);
  }
}

void Acknowledge(Tables& t, const Session& s, uint64_t id) {
  SocketPacket ack;
  ack.type = SocketPacket::Type::kAck;
  ack.nsp = s.nsp;
  ack.id = id;
  static_cast<void>(SendSocketPacket(t, s, ack));
}

// A list of the one value in it.
void Wrap(Value* value) {
  Value list;
  list.Array(1);
  list.Append(*value, 0);
  *value = std::move(list);
}

void DeliverEvent(Tables& t, Session* s, Bytes name, Value* args,
                  std::optional<uint64_t> ack, size_t size) {
  t.outbox->Event(s->id, s->owner, name, args, ack, size);
  Spend(s, size);
}

}  // namespace

bool DeliverFrame(Tables& t, Session* s, Payload payload, Bytes data) {
  t.outbox->Message(s->id, s->owner, payload, data);
  Spend(s, data.size());
  return s->has_credit();
}

void DeliverPacket06(Tables& t, Session* s, const Packet& packet) {
  const bool json = packet.type == Packet::Type::kJson;
  if (!TakesEvents(*s)) {
    DeliverFrame(t, s, Payload::kText,
                 json ? std::string(kJsonMark).append(packet.data)
                      : std::string(packet.data));
    return;
  }
  Value args;
  if (json) {
    // The codec has checked it; a number that it lets through and no value can
    // hold is null, as JSON has it.
    if (framing::ParseJson(packet.data, s->config->limits.framing, 0, &args)) {
      args.Clear();
      args.Null();
    }
  } else {
    args.Text(packet.data);
  }
  Wrap(&args);
  DeliverEvent(t, s, kMessage, &args, std::nullopt, packet.data.size());
}

void DeliverSocketPacket(Tables& t, Session* s, SocketPacket* packet,
                         size_t size) {
  using Type = SocketPacket::Type;
  const bool events = TakesEvents(*s);
  if (packet->type == Type::kAck) {
    if (!events || !packet->id) return;
    t.outbox->Ack(s->id, s->owner, *packet->id, &packet->data, size);
    return Spend(s, size);
  }
  if (packet->type == Type::kJson && !events) {
    if (packet->id) Acknowledge(t, *s, *packet->id);
    return DeliverJsonFrame(t, s, packet->data, 0);
  }
  if (packet->type != Type::kEvent) {
    packet->name = kMessage;
    Wrap(&packet->data);
  } else if (packet->data.empty()) {
    packet->data.Array(0);
  }
  if (packet->id && (packet->ack_at_once || !events)) {
    Acknowledge(t, *s, *packet->id);
    packet->id.reset();
  }
  if (events)
    return DeliverEvent(t, s, packet->name, &packet->data, packet->id, size);
  if (packet->name == kMessage) DeliverArguments(t, s, packet->data);
}

}  // namespace rabbit_socks::session
