// SPDX-License-Identifier: MPL-2.0
#include "session/inbound.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "session/answer.h"
#include "session/delivery.h"
#include "session/ending.h"
#include "session/engine_inbound.h"
#include "session/engine_upgrade.h"
#include "session/socketio09_inbound.h"
#include "transport/websocket.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

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
    if (packet.type == framing::Packet::Type::kHeartbeat) {
      NoteHeartbeat(t_, client_, packet.data);
    } else {
      DeliverPacket06(t_, session_, packet);
    }
    return true;
  }

 private:
  Tables& t_;
  Client* client_;
  Session* session_;
};

Fault TakeMessage(Tables& t, Client* k, Connection* c, base::Payload payload,
                  Bytes data) {
  if (t.IsProbe(*c)) return TakeProbeMessage(t, k, c, payload, data);
  if (k->speaks(Wire::kEngine)) return TakeEngineMessage(t, k, payload, data);
  if (payload == base::Payload::kBinary)
    return {1003, "this generation of Socket.IO has no binary messages"};
  return k->speaks(Wire::kPackets) ? TakeMessage09(t, k, data)
                                   : TakePayload(t, k, data, false);
}

// A bare WebSocket that speaks packets.
Fault TakePacketText(Tables& t, Session* s, base::Payload payload, Bytes text) {
  if (payload == base::Payload::kBinary)
    return {1003, "this subprotocol has no binary messages"};
  const Fault fault = s->generation->packets->Decode(
      text, s->config->limits.framing, &t.inbound);
  if (!fault) DeliverSocketPacket(t, s, &t.inbound, text.size());
  Tables::Trim(&t.inbound);
  return fault;
}

// Messages of one read of a WebSocket.
class Messages final : public transport::MessageSink {
 public:
  Messages(Tables& t, const Connection& c) : t_(t), connection_(c.id) {}

  bool OnMessage(base::Payload payload, Bytes data) override {
    Connection* c = t_.FindConnection(connection_);
    // What comes behind the end is dropped.
    if (fault_ || c == nullptr || c->phase != Phase::kWebSocket) return true;
    Session* s = t_.FindSession(c->session);
    if (s != nullptr && s->generation == nullptr)
      return DeliverFrame(t_, s, payload, data);
    Client* k = t_.FindClient(c->client);
    if (s == nullptr && k == nullptr) return true;
    // One that makes us answer and does not read the answers.
    if (c->queued > c->config->limits.send_queue_hard) {
      fault_ = {1013, "the client is too slow"};
      return true;
    }
    if (s != nullptr) {
      fault_ = TakePacketText(t_, s, payload, data);
      return s->has_credit();
    }
    const base::ClientId id = k->id;
    fault_ = TakeMessage(t_, k, c, payload, data);
    k = t_.FindClient(id);
    return k == nullptr || t_.HasCredit(*k);
  }

  const Fault& fault() const { return fault_; }

 private:
  Tables& t_;
  base::ConnectionId connection_;
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
  const base::ConnectionId id = c->id;
  Messages messages(t, *c);
  std::string replies;
  // The codec outlives what a message may do to its connection: see
  // Tables::graveyard.
  const transport::WebSocket::Outcome outcome = c->websocket->Feed(
      bytes, t.now, c->queued > 0, c->config->limits.max_control_rate,
      &messages, &replies);
  c = t.FindConnection(id);
  if (c == nullptr) return bytes.size();
  if (!replies.empty() && c->phase == Phase::kWebSocket)
    t.outbox->Write(c->id, replies);
  if (c->phase == Phase::kFinished || c->phase == Phase::kEnding)
    return bytes.size();
  if (messages.fault()) {
    const Fault& fault = messages.fault();
    // Who has no library reads for himself what was wrong.
    EndWebSocket(t, c, fault.code, fault.text,
                 {fault.code, c->session ? fault.text : Bytes()});
    return bytes.size();
  }
  if (outcome.end == transport::WebSocket::End::kNone) return outcome.consumed;
  EndWebSocket(t, c, outcome.code, outcome.reason, {outcome.code, {}});
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
  const Client* k = t.FindClient(s->client);
  if (k != nullptr) {
    for (const base::ConnectionId post : k->posts) {
      if (Connection* c = t.FindConnection(post)) t.MarkReady(c);
    }
  }
  if (Connection* c = t.ConnectionOf(*s)) t.MarkReady(c);
}

}  // namespace rabbit_socks::session
