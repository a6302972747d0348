// SPDX-License-Identifier: MPL-2.0
#include "session/socketio09_inbound.h"

#include <algorithm>
#include <utility>

#include "framing/engine_packet.h"
#include "framing/socketio_09_payload.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/namespaces.h"
#include "transport/dress.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using framing::EnginePacket;
using framing::SocketPacket;

constexpr uint16_t kProtocolError = 1002;

bool AwaitsTheNode(const Tables& t, const Client& k) {
  return std::any_of(
      k.sessions.begin(), k.sessions.end(), [&t](base::SessionId id) {
        const Session* s = t.FindSession(id);
        return s != nullptr && s->state == Session::State::kOpening;
      });
}

// The packets of one payload, until one ends the client.
class Packets final : public framing::PayloadSink {
 public:
  Packets(Tables& t, const Client& k) : t_(t), client_(k.id) {}

  bool OnPacketText(Bytes text) override {
    Client* k = t_.FindClient(client_);
    if (k == nullptr || k->state != Client::State::kOpen) return false;
    if (AwaitsTheNode(t_, *k)) {
      k->held.Push({EnginePacket::Type::kMessage, base::Payload::kText, text});
      return true;
    }
    fault_ = TakeMessage09(t_, k, text);
    return !fault_;
  }
  const Fault& fault() const { return fault_; }

 private:
  Tables& t_;
  base::ClientId client_;
  Fault fault_;
};

Fault TakePayload09(Tables& t, Client* k, Bytes payload, bool form) {
  Packets packets(t, *k);
  const framing::Limits& limits = k->config->limits.framing;
  const Fault fault = form
                          ? framing::DecodeForm09(payload, limits, &packets)
                          : framing::DecodePayload09(payload, limits, &packets);
  return fault ? fault : packets.fault();
}

}  // namespace

void TakePost09(Tables& t, Client* k, Connection* c) {
  const transport::Row& row = *k->transport;
  const http::OriginPolicy origins = k->origins();
  const base::ClientId id = k->id;
  const bool form = !c->jsonp_index.empty();
  const base::Result<std::string> body = transport::PostedPayload(
      *transport::FindRow(transport::Age::k09,
                          form ? "jsonp-polling" : "xhr-polling"),
      c->request());
  const Fault fault =
      body.ok() ? TakePayload09(t, k, body.value(), form) : body.fault();
  http::Response answer =
      fault ? http::PlainText(400, fault.text) : transport::PostAnswer(row);
  origins.AddCors(c->request().headers, &answer);
  k = t.FindClient(id);
  if (fault && k != nullptr)
    CloseClient(t, k, body.ok() ? fault.code : kProtocolError, fault.text);
  Answer(t, c, answer);
}

Fault TakeMessage09(Tables& t, Client* k, Bytes message) {
  SocketPacket packet;
  if (const Fault fault = k->generation->packets->Decode(
          message, k->config->limits.framing, &packet))
    return fault;
  if (packet.type == SocketPacket::Type::kHeartbeat) {
    k->heartbeat_sent = false;
    if (!k->polls())
      t.SetDeadline(k, t.now + k->config->limits.heartbeat_interval_09);
    return {};
  }
  return TakeSocketPacket(t, k, &packet, message.size());
}

void TakeHeld09(Tables& t, Client* k) {
  if (k->held.empty()) return;
  const PacketQueue held = std::exchange(k->held, PacketQueue());
  Packets packets(t, *k);
  const base::ClientId id = k->id;
  bool more = true;
  held.For([&](const EnginePacket& packet) {
    more = more && packets.OnPacketText(packet.data);
  });
  k = t.FindClient(id);
  if (packets.fault() && k != nullptr)
    CloseClient(t, k, packets.fault().code, packets.fault().text);
}

}  // namespace rabbit_socks::session
