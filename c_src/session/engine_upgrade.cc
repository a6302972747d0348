// SPDX-License-Identifier: MPL-2.0
#include "session/engine_upgrade.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "framing/generation.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_timers.h"
#include "session/upgrade.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using base::Payload;
using framing::EnginePacket;
using Phase = Connection::Phase;

constexpr uint16_t kProtocolError = 1002;
constexpr Bytes kProbe = "probe";

void SendToProbe(Tables& t, Client* k, Connection* c,
                 const EnginePacket& packet) {
  std::string message;
  const Payload payload =
      k->generation->engine->AppendMessage(packet, false, &message);
  static_cast<void>(SendOnWebSocket(t, c, payload, message));
}

// What waited for a poll goes to the WebSocket, in order.
void MoveQueue(Tables& t, Client* k) {
  const PacketQueue queue = std::exchange(k->queue, PacketQueue());
  queue.For([&](const EnginePacket& packet) {
    static_cast<void>(SendPacket(t, k, packet));
  });
}

void ForgetProbe(Tables& t, Client* k) {
  k->engine->probe = {};
  k->engine->probed = false;
  k->engine->probed_polls = 0;
  k->engine->probe_by = 0;
  k->engine->noop_at = 0;
  ScheduleEngine(t, k);
}

void Move(Tables& t, Client* k, Connection* c) {
  // The poll that the client still waits for has nothing to say.
  if (Connection* poll = t.FindConnection(k->connection)) {
    PacketQueue queue = std::exchange(k->queue, PacketQueue());
    k->queue.Push({EnginePacket::Type::kNoop, Payload::kText, {}});
    AnswerPoll(t, k, poll);
    k->queue = std::move(queue);
  }
  k->transport = transport::FindRow(transport::Age::kEngine, "websocket");
  k->connection = c->id;
  ForgetProbe(t, k);
  k->engine->poll_by = 0;
  t.SetDeadline(c, 0);
  ScheduleEngine(t, k);
  MoveQueue(t, k);
  for (const base::ConnectionId post : k->posts) {
    if (Connection* waiting = t.FindConnection(post)) t.MarkReady(waiting);
  }
}

}  // namespace

void PrepareEngine(Tables& t, Client* k, const transport::EngineQuery& query) {
  static_cast<void>(t);
  const Limits& limits = k->config->limits;
  k->engine = std::make_unique<Engine>(
      std::max<size_t>(limits.http.max_body, limits.websocket.max_message));
  k->engine->base64 = query.base64;
  k->engine->text_polls = query.base64 || query.jsonp;
}

void SendHandshake(Tables& t, Client* k) {
  const Limits& limits = k->config->limits;
  std::string json = R"({"sid":")" + k->name + R"(","upgrades":[)";
  if (k->polls()) json.append("\"websocket\"");
  json.append("],\"pingInterval\":")
      .append(std::to_string(limits.engine_ping_interval));
  json.append(",\"pingTimeout\":")
      .append(std::to_string(limits.engine_ping_timeout));
  if (k->generation->engine == &framing::EngineIo4())
    json.append(",\"maxPayload\":")
        .append(std::to_string(limits.http.max_body));
  json.append("}");
  SendPacket(t, k, {EnginePacket::Type::kOpen, Payload::kText, json});
}

void StartProbe(Tables& t, Client* k, Connection* c,
                const transport::EngineQuery& query) {
  const bool wanted = k->polls() && k->state == Client::State::kOpen &&
                      t.FindConnection(k->engine->probe) == nullptr;
  if (!ReadUpgrade(t, c, nullptr)) return;
  if (wanted) {
    c->client = k->id;
    k->engine->probe = c->id;
    k->engine->base64 = query.base64;
    k->engine->probe_by = t.now + k->config->limits.engine_upgrade_timeout;
  }
  // One that is not wanted ends with its handshake.
  AcceptUpgrade(t, c, {});
  if (c->phase == Phase::kHixieKey)
    static_cast<void>(ContinueHandshake(t, c, {}));
}

Fault TakeProbeMessage(Tables& t, Client* k, Connection* c, Payload payload,
                       Bytes data) {
  std::string scratch;
  const base::Result<EnginePacket> read =
      k->generation->engine->DecodeMessage(data, payload, &scratch);
  if (!read.ok()) return read.fault();
  const EnginePacket& packet = read.value();
  if (packet.type == EnginePacket::Type::kPing && packet.data == kProbe) {
    k->engine->probed = true;
    SendToProbe(t, k, c, {EnginePacket::Type::kPong, Payload::kText, kProbe});
    EndProbedPoll(t, k);
    return {};
  }
  if (packet.type == EnginePacket::Type::kUpgrade && k->engine->probed) {
    Move(t, k, c);
    return {};
  }
  return {kProtocolError, "no probe and no upgrade"};
}

void TakeProbedPoll(Tables& t, Client* k) {
  // Its first one may have crossed our answer on its way.
  constexpr uint8_t kAtOnce = 2;
  if (k->engine->probed_polls < kAtOnce) {
    ++k->engine->probed_polls;
    return EndProbedPoll(t, k);
  }
  k->engine->noop_at = t.now + base::TickWheel::kTick;
  ScheduleEngine(t, k);
}

void EndProbedPoll(Tables& t, Client* k) {
  k->engine->noop_at = 0;
  if (k->queue.empty() && t.FindConnection(k->connection) != nullptr)
    SendPacket(t, k, {EnginePacket::Type::kNoop, Payload::kText, {}});
}

bool ReleaseProbe(Tables& t, Connection* c) {
  if (!t.IsProbe(*c)) return false;
  ForgetProbe(t, t.FindClient(c->client));
  c->client = {};
  return true;
}

}  // namespace rabbit_socks::session
