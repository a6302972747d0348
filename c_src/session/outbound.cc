// SPDX-License-Identifier: MPL-2.0
#include "session/outbound.h"

#include <optional>
#include <string>

#include "base/utf8.h"
#include "framing/generation.h"
#include "session/closing.h"
#include "session/plain_frame.h"
#include "session/socket_message.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

size_t QueuedFor(const Tables& t, const Session& s) {
  const Client* k = t.FindClient(s.client);
  if (k != nullptr && k->polls()) return k->queue.bytes();
  const Connection* c = t.ConnectionOf(s);
  return c == nullptr ? 0 : c->queued;
}

void NoteCongestion(Tables& t, Session* s, size_t queued) {
  const uint32_t soft = s->config->limits.send_queue_soft;
  if (!s->congested && queued > soft) {
    s->congested = true;
    t.outbox->Congested(s->id, s->owner);
  } else if (s->congested && queued <= soft / 2) {
    s->congested = false;
    t.outbox->Drained(s->id, s->owner);
  }
}

// False: the session's protocol cannot carry it.
bool SendPlain(Tables& t, Session* s, Client* k, const PlainFrame& frame) {
  if (k == nullptr) {
    Connection* c = t.FindConnection(s->connection);
    return c != nullptr && SendOnWebSocket(t, c, frame.payload, frame.data);
  }
  if (k->speaks(Wire::kEngine)) {
    const bool text = frame.payload == base::Payload::kText;
    if (text && !base::IsUtf8(frame.data)) return false;
    return SendPacket(
        t, k,
        {framing::EnginePacket::Type::kMessage, frame.payload, frame.data});
  }
  if (frame.payload != base::Payload::kText) return false;
  return SendFrame06(t, k,
                     {frame.json ? framing::Packet::Type::kJson
                                 : framing::Packet::Type::kMessage,
                      frame.data});
}

bool Send(Tables& t, Session* s, Client* k, const base::Message& message) {
  if (k != nullptr && k->generation->packets != nullptr) {
    framing::SocketPacket packet;
    return ToSocketPacket(message, s->nsp, *k->generation, &packet) &&
           SendSocketPacket(t, k, packet);
  }
  std::string scratch;
  const std::optional<PlainFrame> frame = ToPlainFrame(message, &scratch);
  return !frame || SendPlain(t, s, k, *frame);
}

}  // namespace

void SendMessage(Tables& t, Session* s, const base::Message& message) {
  if (QueuedFor(t, *s) > s->config->limits.send_queue_hard) {
    CloseSession(t, s, 1013, "the client is too slow");
    return;
  }
  Client* k = t.FindClient(s->client);
  if (!Send(t, s, k, message)) {
    t.outbox->Log(2,
                  "a callback module sent a message that its client's protocol "
                  "cannot carry (binary, or text that is not UTF-8)");
    CloseSession(t, s, 1003, "cannot carry this message");
    return;
  }
  if (k != nullptr && k->polls()) NoteQueueOf(t, *k, k->queue.bytes());
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
