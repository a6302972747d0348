// SPDX-License-Identifier: MPL-2.0
#include "session/engine_inbound.h"

#include <string>
#include <utility>

#include "framing/attachments.h"
#include "session/closing.h"
#include "session/delivery.h"
#include "session/ending.h"
#include "session/engine_timers.h"
#include "session/namespaces.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using base::Payload;
using framing::EngineForm;
using framing::EnginePacket;
using framing::SocketPacket;
using Phase = Connection::Phase;
using Pings = framing::Generation::Pings;
using Type = EnginePacket::Type;

constexpr uint16_t kNormal = 1000;
constexpr uint16_t kProtocolError = 1002;

// The client is leaving: its waiting poll is ended, so that it can be let go.
void Leave(Tables& t, Client* k) {
  Connection* c = t.FindConnection(k->connection);
  if (!k->polls()) {
    if (c != nullptr) EndWebSocket(t, c, kNormal, "", {kNormal, {}});
    return;
  }
  if (c != nullptr && c->phase == Phase::kPoll) {
    k->queue.Clear();
    SendPacket(t, k, {Type::kNoop, Payload::kText, {}});
    AnswerPoll(t, k, c);
  }
  EndClient(t, k, kNormal, "");
}

Fault TakePacketText(Tables& t, Client* k, Bytes text, SocketPacket* packet) {
  framing::Attachments& attachments = k->engine->attachments;
  if (const Fault fault = attachments.OnText()) return fault;
  if (const Fault fault = k->generation->packets->Decode(
          text, k->config->limits.framing, packet))
    return fault;
  if (packet->attachments > 0) {
    attachments.Hold(std::move(*packet));
    k->engine->held_size = text.size();
    k->engine->attach_by = t.now + k->config->limits.body_timeout;
    ScheduleEngine(t, k);
    return {};
  }
  return TakeSocketPacket(t, k, packet, text.size());
}

Fault TakeText(Tables& t, Client* k, Bytes text) {
  const Fault fault = TakePacketText(t, k, text, &t.inbound);
  Tables::Trim(&t.inbound);
  return fault;
}

Fault TakeBinary(Tables& t, Client* k, Bytes data) {
  framing::Attachments& attachments = k->engine->attachments;
  if (const Fault fault = attachments.OnBinary(data)) return fault;
  if (attachments.missing() > 0) return {};
  k->engine->attach_by = 0;
  ScheduleEngine(t, k);
  framing::WholePacket whole = attachments.Take();
  size_t size = k->engine->held_size;
  for (const std::string& bytes : whole.buffers) size += bytes.size();
  whole.packet.data.Attach(whole.buffers);
  return TakeSocketPacket(t, k, &whole.packet, size);
}

Fault TakeMessage(Tables& t, Client* k, const EnginePacket& packet) {
  if (k->generation->packets == nullptr) {
    if (Session* s = t.FindNamespace(*k, ""))
      DeliverFrame(t, s, packet.payload, packet.data);
    return {};
  }
  if (packet.payload == Payload::kBinary) return TakeBinary(t, k, packet.data);
  std::string decoded;
  const bool twice = k->generation->engine == &framing::EngineIo3() &&
                     framing::DecodeTwiceEncoded(packet.data, &decoded);
  return TakeText(t, k, twice ? Bytes(decoded) : packet.data);
}

Fault TakePacket(Tables& t, Client* k, const EnginePacket& packet) {
  NoteEnginePacket(t, k);
  const bool client_pings = k->generation->pings == Pings::kClient;
  switch (packet.type) {
    case Type::kMessage:
      return TakeMessage(t, k, packet);
    case Type::kPing:
      if (!client_pings)
        return {kProtocolError, "a ping where the server pings"};
      SendPacket(t, k, {Type::kPong, Payload::kText, packet.data});
      return {};
    case Type::kPong:
      if (client_pings)
        return {kProtocolError, "a pong where the client pings"};
      NoteEnginePong(t, k);
      return {};
    case Type::kClose:
      Leave(t, k);
      return {};
    case Type::kOpen:
    case Type::kUpgrade:
    case Type::kNoop:
      return {};  // mean nothing from a client
  }
  return {};
}

// The packets of one payload, until one of them ends the client.
class Packets final : public framing::EngineSink {
 public:
  Packets(Tables& t, const Client& k) : t_(t), client_(k.id) {}

  bool OnEnginePacket(const EnginePacket& packet) override {
    Client* k = t_.FindClient(client_);
    if (k == nullptr || k->state != Client::State::kOpen) return false;
    fault_ = TakePacket(t_, k, packet);
    return !fault_;
  }

  const Fault& fault() const { return fault_; }

 private:
  Tables& t_;
  base::ClientId client_;
  Fault fault_;
};

}  // namespace

Fault TakeEnginePayload(Tables& t, Client* k, Bytes body, EngineForm form) {
  Packets packets(t, *k);
  const Fault fault = k->generation->engine->DecodePayload(
      body, form, k->config->limits.framing, &packets);
  return fault ? fault : packets.fault();
}

Fault TakeEngineMessage(Tables& t, Client* k, Payload payload, Bytes data) {
  std::string scratch;
  const base::Result<EnginePacket> read =
      k->generation->engine->DecodeMessage(data, payload, &scratch);
  return read.ok() ? TakePacket(t, k, read.value()) : read.fault();
}

}  // namespace rabbit_socks::session
