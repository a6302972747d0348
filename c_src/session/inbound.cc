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

void NoteHeartbeat(Tables& t, Client* k, Bytes number) {
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() ||
      value != k->heartbeat || !k->heartbeat_sent)
    return;
  k->heartbeat_sent = false;
  t.SetDeadline(k, t.now + k->config->limits.heartbeat_interval);
}

// Packets of one payload.
class Packets final : public framing::PacketSink {
 public:
  Packets(Tables& t, Client* k, Session* s) : t_(t), client_(k), session_(s) {}

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
        NoteHeartbeat(t_, client_, packet.data);
        break;
    }
    return true;
  }

 private:
  Tables& t_;
  Client* client_;
  Session* session_;
  std::string json_;
};

// Messages of one read of a WebSocket.
class Messages final : public transport::MessageSink {
 public:
  // At most one of the two is there.
  Messages(Tables& t, Session* s, Client* k) : t_(t), session_(s), client_(k) {}

  bool OnMessage(base::Payload payload, Bytes data) override {
    if (fault_) return true;  // dropped
    if (session_ != nullptr) return Deliver(t_, session_, payload, data);
    if (client_ == nullptr) return true;  // closing: dropped
    if (payload == base::Payload::kBinary) {
      fault_ = Fault{1003, "Socket.IO 0.6 has no binary messages"};
      return true;
    }
    fault_ = TakePayload(t_, client_, data, false);
    return t_.HasCredit(*client_);
  }

  const Fault& fault() const { return fault_; }

 private:
  Tables& t_;
  Session* session_;
  Client* client_;
  Fault fault_;
};

}  // namespace

Fault TakePayload(Tables& t, Client* k, Bytes payload, bool from_form) {
  // A client of 0.6 has one session.
  Session* s = k->sessions.empty() ? nullptr : t.FindSession(k->sessions[0]);
  if (s == nullptr) return {1002, "there is no session"};
  Packets packets(t, k, s);
  const framing::Codec& codec = *k->generation->codec;
  const framing::Limits& limits = k->config->limits.framing;
  return from_form ? codec.DecodeForm(payload, limits, &packets)
                   : codec.Decode(payload, limits, &packets);
}

size_t FeedWebSocket(Tables& t, Connection* c, std::span<char> bytes) {
  const bool open = c->phase == Phase::kWebSocket;
  Messages messages(t, open ? t.FindSession(c->session) : nullptr,
                    open ? t.FindClient(c->client) : nullptr);
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
  if (Connection* c = t.ConnectionOf(*s)) t.MarkReady(c);
  const Client* k = t.FindClient(s->client);
  if (k == nullptr) return;
  for (const base::ConnectionId post : k->posts) {
    if (Connection* c = t.FindConnection(post)) t.MarkReady(c);
  }
}

}  // namespace rabbit_socks::session
