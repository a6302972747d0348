// SPDX-License-Identifier: MPL-2.0
#include "session/outbound.h"

#include <optional>
#include <string>

#include "http/response.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/plain_frame.h"
#include "transport/dress.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

// False: the draft cannot carry it.
bool SendOnWebSocket(Tables& t, Connection* c, base::Payload payload,
                     Bytes data) {
  const websocket::Codec& codec = c->websocket->codec();
  if (c->upgrade)
    return codec.AppendMessage(payload, data, &c->upgrade->output);
  t.outbox->BeginWrite(c->id);
  const bool sent = codec.AppendMessage(payload, data, &t.outbox->arena());
  t.outbox->EndWrite();
  return sent;
}

void SendOnStream(Tables& t, Connection* c, const transport::Row& row,
                  Bytes payload) {
  const std::string part = transport::StreamPart(row, payload);
  t.outbox->BeginWrite(c->id);
  if (!c->relayed &&
      transport::StreamBodyKind(row) == http::BodyKind::kChunked) {
    http::AppendChunk(part, &t.outbox->arena());
  } else {
    t.outbox->arena().append(part);
  }
  t.outbox->EndWrite();
}

bool SendPayload(Tables& t, Client* k, Bytes payload) {
  Connection* c = t.FindConnection(k->connection);
  switch (k->transport->family) {
    case transport::Family::kWebSocket:
      return c != nullptr &&
             SendOnWebSocket(t, c, base::Payload::kText, payload);
    case transport::Family::kStreaming:
      if (c != nullptr) SendOnStream(t, c, *k->transport, payload);
      return true;
    case transport::Family::kPolling:
      k->queue.append(payload);
      if (c != nullptr && c->phase == Phase::kPoll) AnswerPoll(t, k, c);
      return true;
  }
  return false;
}

size_t QueuedFor(const Tables& t, const Session& s) {
  const Client* k = t.FindClient(s.client);
  if (k != nullptr && k->polls()) return k->queue.size();
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

// Of every open session of a client: what waits for it is common to them.
void NoteCongestion(Tables& t, const Client& k, size_t queued) {
  for (const base::SessionId id : k.sessions) {
    Session* s = t.FindSession(id);
    if (s != nullptr && s->state == Session::State::kOpen)
      NoteCongestion(t, s, queued);
  }
}

// False: its protocol cannot carry it.
bool SendAsPacket(Tables& t, Client* k, const PlainFrame& frame) {
  if (frame.payload != base::Payload::kText) return false;
  std::string framed;
  k->generation->codec->Append({frame.json ? framing::Packet::Type::kJson
                                           : framing::Packet::Type::kMessage,
                                frame.data},
                               &framed);
  return SendPayload(t, k, framed);
}

}  // namespace

void SendPacket(Tables& t, Client* k, const framing::Packet& packet) {
  std::string payload;
  k->generation->codec->Append(packet, &payload);
  static_cast<void>(SendPayload(t, k, payload));
}

void SendMessage(Tables& t, Session* s, const base::Message& message) {
  if (QueuedFor(t, *s) > s->config->limits.send_queue_hard) {
    CloseSession(t, s, 1013, "the client is too slow");
    return;
  }
  std::string scratch;
  const std::optional<PlainFrame> frame = ToPlainFrame(message, &scratch);
  if (!frame) return;
  Client* k = t.FindClient(s->client);
  Connection* c = k == nullptr ? t.FindConnection(s->connection) : nullptr;
  const bool sent =
      k != nullptr
          ? SendAsPacket(t, k, *frame)
          : c != nullptr && SendOnWebSocket(t, c, frame->payload, frame->data);
  if (!sent) {
    t.outbox->Log(2,
                  "a callback module sent a message that its client's protocol "
                  "cannot carry (binary, or text that is not UTF-8)");
    CloseSession(t, s, 1003, "cannot carry this message");
    return;
  }
  if (k != nullptr && k->polls()) NoteCongestion(t, *k, k->queue.size());
}

void AnswerPoll(Tables& t, Client* k, Connection* c) {
  http::Response response =
      transport::PollAnswer(*k->transport, k->queue, c->jsonp_index);
  k->origins().AddCors(c->request().headers, &response);
  k->queue.clear();
  k->queue.shrink_to_fit();
  k->connection = {};
  t.SetDeadline(k, t.now + k->config->limits.session_timeout);
  Answer(t, c, response);
  NoteCongestion(t, *k, 0);
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
  if (k != nullptr && !k->polls()) NoteCongestion(t, *k, queued);
  if (queued <= c->config->limits.send_queue_soft && c->phase == Phase::kHttp)
    t.MarkReady(c);
}

}  // namespace rabbit_socks::session
