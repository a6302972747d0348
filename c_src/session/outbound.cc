// SPDX-License-Identifier: MPL-2.0
#include "session/outbound.h"

#include <memory>
#include <string>

#include "framing/generation.h"
#include "session/closing.h"
#include "session/holding.h"
#include "session/recovery.h"
#include "session/rendered.h"
#include "session/syncing.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

void NoteCongestion(Tables& t, Session* s, size_t queued) {
  const uint32_t soft = s->config->limits.send_queue_soft;
  if (!s->congested && queued > soft) {
    s->congested = true;
    t.outbox->Congested(s->id, s->owner);
  } else if (s->congested && queued <= soft / 2) {
    s->congested = false;
    t.outbox->Drained(s->id, s->owner);
    SyncAgain(t, *s);
  }
  if (!s->congested) NoteTaken(t, *s);
}

// False: the session's protocol cannot carry it.
bool SendParts(Tables& t, const Session& s, Client* k, const Rendered& rendered,
               const SendOn& send_on) {
  if (k == nullptr) {
    Connection* c = t.FindConnection(s.connection);
    return c != nullptr && send_on(nullptr, c);
  }
  Connection* c = t.FindConnection(k->connection);
  if (c != nullptr && k->transport->family == transport::Family::kWebSocket)
    return send_on(k, c);
  for (const Rendered::Part& part : rendered.parts) {
    if (!SendPacket(
            t, k,
            {framing::EnginePacket::Type::kMessage, part.payload, part.data}))
      return false;
  }
  return true;
}

void CannotCarry(Tables& t, Session* s) {
  t.outbox->Log(2,
                "a callback module sent a message that its client's protocol "
                "cannot carry (binary, or text that is not UTF-8)");
  CloseSession(t, s, 1003, "cannot carry this message");
}

}  // namespace

size_t QueuedFor(const Tables& t, const Session& s) {
  const Client* k = t.FindClient(s.client);
  if (k != nullptr && k->polls()) return k->queue.bytes();
  const Connection* c = t.ConnectionOf(s);
  return c == nullptr ? 0 : c->queued;
}

bool TakesMessages(const Session& s) {
  return s.state != Session::State::kOpening;
}

void SendRendered(Tables& t, Session* s,
                  const std::shared_ptr<const Rendered>& rendered,
                  const SendOn& send_on) {
  if (!rendered->carried) return CannotCarry(t, s);
  Remember(s, rendered);
  if (s->state == Session::State::kAway || rendered->parts.empty()) return;
  if (QueuedFor(t, *s) > s->config->limits.send_queue_hard)
    return CloseSession(t, s, 1013, "the client is too slow");
  Client* k = t.FindClient(s->client);
  if (!SendParts(t, *s, k, *rendered, send_on)) return CannotCarry(t, s);
  if (k != nullptr && k->polls()) NoteQueueOf(t, *k, k->queue.bytes());
}

void SendRendered(Tables& t, Session* s,
                  const std::shared_ptr<const Rendered>& rendered) {
  SendRendered(t, s, rendered, [&](Client* k, Connection* c) {
    for (const Rendered::Part& part : rendered->parts) {
      const bool sent = k == nullptr
                            ? SendOnWebSocket(t, c, part.payload, part.data)
                            : SendPacket(t, k,
                                         {framing::EnginePacket::Type::kMessage,
                                          part.payload, part.data});
      if (!sent) return false;
    }
    return true;
  });
}

std::shared_ptr<const Rendered> RenderFor(Tables& t, const Session& s,
                                          const base::Message& message) {
  auto rendered = std::make_shared<const Rendered>(
      Render(message, s.generation, s.nsp, OffsetFor(t, s), &t.outbound));
  Tables::Trim(&t.outbound);
  return rendered;
}

void SendMessage(Tables& t, Session* s, const base::Message& message) {
  SendRendered(t, s, RenderFor(t, *s, message));
}

void NoteQueueOf(Tables& t, const Client& k, size_t queued) {
  for (const base::SessionId id : k.sessions) {
    Session* s = t.FindSession(id);
    if (s != nullptr && s->state == Session::State::kOpen)
      NoteCongestion(t, s, queued);
  }
}

void NoteQueued(Tables& t, Connection* c, size_t queued) {
  if (queued == 0 || queued < c->queued || c->queued == 0) c->progress = t.now;
  c->queued = queued;
  if (queued > 0) {
    const base::Time stuck = c->progress + c->config->limits.send_timeout;
    if (c->deadline == 0 || c->deadline > stuck) t.SetDeadline(c, stuck);
  } else if (c->websocket && c->phase == Phase::kWebSocket) {
    t.scratch.clear();
    c->websocket->TakePong(&t.scratch);
    if (!t.scratch.empty()) t.outbox->Write(c->id, t.scratch);
  }
  Session* s = t.FindSession(c->session);
  if (s != nullptr && s->state == Session::State::kOpen)
    NoteCongestion(t, s, queued);
  const Client* k = t.FindClient(c->client);
  if (k != nullptr && !k->polls()) NoteQueueOf(t, *k, queued);
  if (queued <= c->config->limits.send_queue_soft && c->phase == Phase::kHttp)
    t.MarkReady(c);
}

}  // namespace rabbit_socks::session
