// SPDX-License-Identifier: MPL-2.0
#include "session/timers.h"

#include <algorithm>
#include <string>

#include "session/accepting.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/ending.h"
#include "session/engine_timers.h"
#include "session/engine_upgrade.h"
#include "session/forwarding.h"
#include "session/polls.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using base::Time;
using Phase = Connection::Phase;

// Thousands of connections that opened in one tick must not ping in one: up to
// an eighth earlier, by id.
Time Jittered(Time interval, uint64_t id) {
  return interval - (id * 2654435761U % 64) * interval / 512;
}

bool IsStuck(const Tables& t, const Connection& c) {
  return c.queued > 0 && t.now - c.progress >= c.config->limits.send_timeout;
}

// The earlier of the two deadlines of a WebSocket: `at` (0: none) for its life
// signs, and the one for bytes that the peer does not take.
Time OrStuck(const Connection& c, Time at) {
  if (c.queued == 0) return at;
  const Time stuck = c.progress + c.config->limits.send_timeout;
  return at == 0 ? stuck : std::min(at, stuck);
}

void Lose(Tables& t, Connection* c, Bytes reason) {
  if (c->phase == Phase::kForwarded) WithdrawForward(t, c);
  ReleaseProbe(t, c);
  EndSessionsOf(t, c, 1006, reason);
  ResetConnection(t, c);
}

// The client tries a WebSocket and does not go on: it stays where it is.
bool GiveUpProbe(Tables& t, Connection* c) {
  if (!t.IsProbe(*c)) return false;
  if (t.FindClient(c->client)->engine->probe_by > t.now) return false;
  ReleaseProbe(t, c);
  StartCloseHandshake(t, c, 1000, "");
  return true;
}

void SendPing(Tables& t, Connection* c) {
  t.outbox->BeginWrite(c->id);
  c->websocket->codec().AppendPing("", &t.outbox->arena());
  t.outbox->EndWrite();
}

void CheckLife(Tables& t, Connection* c) {
  if (GiveUpProbe(t, c)) return;
  const Limits& limits = c->config->limits;
  if (t.FindSession(c->session) == nullptr)
    return ScheduleLifeCheck(t, c);  // Socket.IO has heartbeats of its own
  const Time interval = Jittered(limits.ping_interval, c->id.value);
  switch (c->websocket->Check(t.now, interval, limits.idle_timeout)) {
    case transport::WebSocket::Life::kDead:
      // One that is not read, and gone, is found by its kernel: there is a ping
      // to be taken.
      if (!c->reading_paused) return Lose(t, c, "no sign of life");
      SendPing(t, c);
      return t.SetDeadline(c, OrStuck(*c, t.now + interval));
    case transport::WebSocket::Life::kPing:
      SendPing(t, c);
      return t.SetDeadline(
          c, OrStuck(*c, c->websocket->last_seen() + limits.idle_timeout));
    case transport::WebSocket::Life::kFine:
      return ScheduleLifeCheck(t, c);
  }
}

void HttpDue(Tables& t, Connection* c) {
  if (c->awaited == http::Parser::Phase::kIdle) return FinishConnection(t, c);
  AnswerFault(t, c, Fault{408, "the request took too long"});
}

void AwaitHeartbeat(Tables& t, Client* k) {
  const Limits& limits = k->config->limits;
  const bool packets = k->speaks(framing::Generation::Wire::kPackets);
  t.SetDeadline(k, t.now + (packets ? limits.heartbeat_timeout_09
                                    : limits.heartbeat_timeout));
}

void SendHeartbeat(Tables& t, Client* k) {
  k->heartbeat_sent = true;
  if (k->speaks(framing::Generation::Wire::kPackets)) {
    framing::SocketPacket packet;
    packet.type = framing::SocketPacket::Type::kHeartbeat;
    static_cast<void>(SendSocketPacket(t, k, packet));
    return AwaitHeartbeat(t, k);
  }
  ++k->heartbeat;
  const std::string number = std::to_string(k->heartbeat);
  AwaitHeartbeat(t, k);
  SendFrame06(t, k, {framing::Packet::Type::kHeartbeat, number});
}

void PollingDue(Tables& t, Client* k) {
  Connection* c = t.FindConnection(k->connection);
  if (c != nullptr && c->phase == Phase::kPoll) return AnswerPoll(t, k, c);
  EndClient(t, k, 1006, "the client stopped polling");
}

}  // namespace

void ScheduleLifeCheck(Tables& t, Connection* c) {
  const Limits& limits = c->config->limits;
  const bool pinged = c->websocket->codec().has_control_frames() &&
                      t.FindSession(c->session) != nullptr;
  const Client* k = t.IsProbe(*c) ? t.FindClient(c->client) : nullptr;
  Time at = k != nullptr ? k->engine->probe_by
            : pinged     ? std::max(c->websocket->last_seen() +
                                        Jittered(limits.ping_interval, c->id.value),
                                    t.now + base::TickWheel::kTick)
                         : 0;
  t.SetDeadline(c, OrStuck(*c, at));
}

bool IsUnread(const Tables& t, const Client& k) {
  if (!k.posts.empty()) return true;
  const Connection* c = t.FindConnection(k.connection);
  return c != nullptr && c->phase == Phase::kWebSocket && c->reading_paused;
}

void ConnectionDue(Tables& t, Connection* c) {
  c->deadline = 0;
  if (IsStuck(t, *c)) return Lose(t, c, "the client takes no bytes");
  switch (c->phase) {
    case Phase::kHttp:
      return HttpDue(t, c);
    case Phase::kHixieKey:
      ReleaseProbe(t, c);
      EndSessionsOf(t, c, 1006, "the handshake took too long");
      if (c->upgrade->head_written) return FinishConnection(t, c);
      return AnswerFault(t, c, Fault{408, "the handshake took too long"});
    case Phase::kSwitching:
      return Lose(t, c, "the handshake took too long");
    case Phase::kWebSocket:
      return CheckLife(t, c);
    case Phase::kEnding:
      return CompleteEnding(t, c);
    case Phase::kClosing:
      return ResetConnection(t, c);
    case Phase::kFinished:
      // The net room closes what has drained; this is still not gone: extend
      // while bytes move.
      if (c->queued > 0)
        return t.SetDeadline(c, c->progress + c->config->limits.send_timeout);
      return;
    case Phase::kForwarded:
      return ForwardDue(t, c);
    case Phase::kOpening:
    case Phase::kPoll:
    case Phase::kPost:
    case Phase::kStream:
      if (c->queued > 0)
        t.SetDeadline(c, c->progress + c->config->limits.send_timeout);
      return;
  }
}

void SessionDue(Tables& t, Session* s) {
  s->deadline = 0;
  if (s->state == Session::State::kOpening) return GiveUpSession(t, s);
  if (s->state == Session::State::kAway)
    EndSession(t, s, 1006, "the client did not come back");
}

void ClientDue(Tables& t, Client* k) {
  k->deadline = 0;
  switch (k->state) {
    case Client::State::kOpening:
      return;
    case Client::State::kLingering:
      return EndClient(t, k, 1006, "");
    case Client::State::kOpen:
      break;
  }
  if (k->engine) return EngineDue(t, k);
  if (k->polls()) return PollingDue(t, k);
  if (!k->heartbeat_sent) return SendHeartbeat(t, k);
  if (IsUnread(t, *k)) return AwaitHeartbeat(t, k);
  if (Connection* c = t.FindConnection(k->connection))
    return Lose(t, c, "heartbeat not answered");
  EndClient(t, k, 1006, "heartbeat not answered");
}

}  // namespace rabbit_socks::session
