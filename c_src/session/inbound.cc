// SPDX-License-Identifier: MPL-2.0
#include "session/inbound.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "session/answer.h"
#include "session/closing.h"
#include "transport/websocket.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;

// False: the credit is used up.
bool Deliver(Tables& t, Session* s, base::Payload payload, Bytes data) {
  t.outbox->Message(s->id, s->owner, payload, data);
  --s->credit_messages;
  s->credit_bytes -= static_cast<int64_t>(data.size());
  return s->has_credit();
}

void NoteHeartbeat(Tables& t, Session* s, Bytes number) {
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() ||
      value != s->heartbeat || !s->heartbeat_sent)
    return;
  s->heartbeat_sent = false;
  t.SetDeadline(s, t.now + s->config->limits.heartbeat_interval);
}

// Packets of one payload.
class Packets final : public framing::PacketSink {
 public:
  Packets(Tables& t, Session* s) : t_(t), session_(s) {}

  bool OnPacket(const framing::Packet& packet) override {
    switch (packet.type) {
      case framing::Packet::Type::kMessage:
        Deliver(t_, session_, base::Payload::kText, packet.data);
        break;
      case framing::Packet::Type::kJson:
        // A callback module of 2011 knows JSON messages by this mark.
        json_.assign("~j~").append(packet.data);
        Deliver(t_, session_, base::Payload::kText, json_);
        break;
      case framing::Packet::Type::kHeartbeat:
        NoteHeartbeat(t_, session_, packet.data);
        break;
    }
    return true;
  }

 private:
  Tables& t_;
  Session* session_;
  std::string json_;
};

// Messages of one read of a WebSocket.
class Messages final : public transport::MessageSink {
 public:
  Messages(Tables& t, Session* s) : t_(t), session_(s) {}

  bool OnMessage(base::Payload payload, Bytes data) override {
    if (session_ == nullptr || fault_) return true;  // closing: dropped
    if (session_->generation == nullptr)
      return Deliver(t_, session_, payload, data);
    if (payload == base::Payload::kBinary) {
      fault_ = Fault{1003, "Socket.IO 0.6 has no binary messages"};
      return true;
    }
    fault_ = TakePayload(t_, session_, data, false);
    return session_->has_credit();
  }

  const Fault& fault() const { return fault_; }

 private:
  Tables& t_;
  Session* session_;
  Fault fault_;
};

}  // namespace

Fault TakePayload(Tables& t, Session* s, Bytes payload, bool from_form) {
  Packets packets(t, s);
  const framing::Codec& codec = *s->generation->codec;
  const framing::Limits& limits = s->config->limits.framing;
  return from_form ? codec.DecodeForm(payload, limits, &packets)
                   : codec.Decode(payload, limits, &packets);
}

size_t FeedWebSocket(Tables& t, Connection* c, std::span<char> bytes) {
  Session* session =
      c->phase == Phase::kWebSocket ? t.FindSession(c->session) : nullptr;
  Messages messages(t, session);
  t.scratch.clear();
  const transport::WebSocket::Outcome outcome = c->websocket->Feed(
      bytes, t.now, c->queued > 0, c->config->limits.max_control_rate,
      &messages, &t.scratch);
  if (!t.scratch.empty() && c->phase == Phase::kWebSocket)
    t.outbox->Write(c->id, t.scratch);
  if (messages.fault()) {
    EndWebSocket(t, c, messages.fault().code, messages.fault().text,
                 messages.fault().code);
    return bytes.size();
  }
  if (outcome.end == transport::WebSocket::End::kNone) return outcome.consumed;
  EndWebSocket(t, c, outcome.code, outcome.reason, outcome.code);
  return bytes.size();
}

void GiveCredit(Tables& t, Session* s, uint32_t messages, uint32_t bytes) {
  const Limits& limits = s->config->limits;
  const bool had = s->has_credit();
  s->credit_messages =
      std::min<int64_t>(s->credit_messages + messages, limits.credit_messages);
  s->credit_bytes =
      std::min<int64_t>(s->credit_bytes + bytes, limits.credit_bytes);
  if (had || !s->has_credit()) return;
  if (Connection* c = t.FindConnection(s->connection)) t.MarkReady(c);
  for (const base::ConnectionId post : s->posts) {
    if (Connection* c = t.FindConnection(post)) t.MarkReady(c);
  }
}

}  // namespace rabbit_socks::session
