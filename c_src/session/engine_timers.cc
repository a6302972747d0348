// SPDX-License-Identifier: MPL-2.0
#include "session/engine_timers.h"

#include <initializer_list>

#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_upgrade.h"
#include "session/timers.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Time;
using framing::EnginePacket;
using Phase = Connection::Phase;
using Pings = framing::Generation::Pings;

// A client that is idle for both has had its time.
Time Silence(const Client& k) {
  const Limits& limits = k.config->limits;
  return limits.engine_ping_interval + limits.engine_ping_timeout;
}

bool IsDue(const Tables& t, Time at) { return at != 0 && at <= t.now; }

// It is gone: nothing that could be said would reach it.
void LoseClient(Tables& t, Client* k, Bytes why) {
  Connection* c = t.FindConnection(k->connection);
  if (c != nullptr && c->phase == Phase::kPoll) {
    SendPacket(t, k, {EnginePacket::Type::kClose, base::Payload::kText, {}});
    AnswerPoll(t, k, c);
    c = nullptr;
  }
  EndClient(t, k, 1006, why);
  if (c != nullptr) ResetConnection(t, c);
}

// Rather a tick early than late: the client counts the interval, too.
void PlanPing(Tables& t, Client* k) {
  k->engine->ping_at =
      t.now + k->config->limits.engine_ping_interval - base::TickWheel::kTick;
}

void Ping(Tables& t, Client* k) {
  Engine& engine = *k->engine;
  engine.pinged = true;
  // From when it was to be sent at the latest: ticks are coarse.
  engine.alive_by = engine.ping_at + base::TickWheel::kTick +
                    k->config->limits.engine_ping_timeout;
  engine.ping_at = 0;
  SendPacket(t, k, {EnginePacket::Type::kPing, base::Payload::kText, {}});
}

// Where we ping, another one: whose kernel is gone does not take it.
void GrantTime(Tables& t, Client* k) {
  Engine& engine = *k->engine;
  engine.alive_by = t.now + Silence(*k);
  if (k->generation->pings != Pings::kServer) return;
  engine.ping_at = t.now;
  Ping(t, k);
}

}  // namespace

void ScheduleEngine(Tables& t, Client* k) {
  const Engine& engine = *k->engine;
  Time next = 0;
  for (const Time at : {engine.alive_by, engine.ping_at, engine.connect_by,
                        engine.attach_by, engine.poll_by, engine.noop_at}) {
    if (at != 0 && (next == 0 || at < next)) next = at;
  }
  t.SetDeadline(k, next);
}

void StartEngineTimers(Tables& t, Client* k) {
  const Limits& limits = k->config->limits;
  Engine& engine = *k->engine;
  if (k->generation->pings == Pings::kServer) {
    PlanPing(t, k);
  } else {
    engine.alive_by = t.now + Silence(*k);
  }
  if (k->generation->strict) engine.connect_by = t.now + limits.connect_timeout;
  ScheduleEngine(t, k);
}

void NoteEnginePacket(Tables& t, Client* k) {
  if (k->generation->pings != Pings::kClient) return;
  k->engine->alive_by = t.now + Silence(*k);
  ScheduleEngine(t, k);
}

void NoteEnginePong(Tables& t, Client* k) {
  Engine& engine = *k->engine;
  // One that answers a ping it has not fetched lies (attack row E27).
  if (!engine.pinged || k->queue.Has(EnginePacket::Type::kPing)) return;
  engine.pinged = false;
  engine.alive_by = 0;
  PlanPing(t, k);
  ScheduleEngine(t, k);
}

void AwaitEnginePoll(Tables& t, Client* k) {
  k->engine->poll_by = t.now + Silence(*k);
  ScheduleEngine(t, k);
}

void EngineDue(Tables& t, Client* k) {
  Engine& engine = *k->engine;
  if (IsDue(t, engine.alive_by)) {
    if (!IsUnread(t, *k)) return LoseClient(t, k, "ping timeout");
    GrantTime(t, k);
  }
  if (IsDue(t, engine.poll_by))
    return LoseClient(t, k, "the client stopped polling");
  if (IsDue(t, engine.attach_by))
    return CloseClient(t, k, 1002, "attachments are missing");
  if (IsDue(t, engine.connect_by))
    return CloseClient(t, k, 1008, "no namespace was asked for");
  if (IsDue(t, engine.ping_at)) Ping(t, k);
  if (IsDue(t, engine.noop_at)) EndProbedPoll(t, k);
  ScheduleEngine(t, k);
}

}  // namespace rabbit_socks::session
