// SPDX-License-Identifier: MPL-2.0
#include "session/wire.h"

#include <string>
#include <utility>
#include <vector>

#include "framing/socketio_09_payload.h"
#include "http/response.h"
#include "session/answer.h"
#include "session/engine_timers.h"
#include "session/outbound.h"
#include "transport/dress.h"
#include "transport/engine_dress.h"
#include "websocket/gzip.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Payload;
using framing::EngineForm;
using framing::EnginePacket;
using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

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

bool SendNow(Tables& t, Client* k, Connection* c, const EnginePacket& packet) {
  if (!k->speaks(Wire::kEngine))
    return SendOnWebSocket(t, c, Payload::kText, packet.data);
  std::string message;
  const Payload payload =
      k->generation->engine->AppendMessage(packet, k->engine->base64, &message);
  return SendOnWebSocket(t, c, payload, message);
}

void Enqueue(Tables& t, Client* k, const EnginePacket& packet) {
  k->queue.Push(packet);
  const Connection* c = t.FindConnection(k->connection);
  if (c != nullptr && c->phase == Phase::kPoll) t.polled.push_back(k->id);
}

// Protocol 4 over polling puts this between packets and has no escape for it.
bool HasSeparator(const EnginePacket& packet) {
  return packet.payload == Payload::kText &&
         packet.data.find('\x1e') != Bytes::npos;
}

std::string Joined06(const PacketQueue& queue) {
  std::string payload;
  queue.For([&](const EnginePacket& packet) { payload.append(packet.data); });
  return payload;
}

// Clients before 1.4 read only the binary form, later ones both; the reference
// uses it where bytes are to be carried.
EngineForm FormFor(const Client& k, const transport::EngineQuery& asked) {
  const bool three = k.generation->engine == &framing::EngineIo3();
  if (!three || k.engine->text_polls || asked.jsonp) return EngineForm::kText;
  return asked.counts || k.queue.has_binary() ? EngineForm::kBinary
                                              : EngineForm::kText;
}

http::Response EngineResponse(const Client& k, Connection* c) {
  const transport::EngineQuery asked =
      transport::ReadEngineQuery(c->request().query);
  const EngineForm form = FormFor(k, asked);
  std::string payload;
  size_t packets = 0;
  k.queue.For([&](const EnginePacket& packet) {
    k.generation->engine->AppendToPayload(packet, form, packets++, &payload);
  });
  return transport::EngineAnswer(std::move(payload), form, c->jsonp_index);
}

http::Response PollResponse(const Client& k, Connection* c) {
  switch (k.generation->wire) {
    case Wire::kFrames:
      return transport::PollAnswer(*k.transport, Joined06(k.queue),
                                   c->jsonp_index);
    case Wire::kPackets:
      return transport::PollAnswer(*k.transport, QueuedPayload09(k.queue),
                                   c->jsonp_index);
    case Wire::kEngine:
      return EngineResponse(k, c);
  }
  return {};
}

// Smaller answers are not worth it.
constexpr size_t kWorthIt = 1024;

void Compress(const Client& k, Connection& c, http::Response* response) {
  if (!k.config->limits.http_compression) return;
  response->With("Vary", "Accept-Encoding");
  if (response->body.size() < kWorthIt ||
      !websocket::AcceptsGzip(c.request().headers))
    return;
  std::string coded = websocket::Gzip(response->body);
  if (coded.empty()) return;
  response->body = std::move(coded);
  response->With("Content-Encoding", "gzip");
}

// With the answer to the handshake. It tells balancers where the client is; we
// never read it (attack row E13).
void AddCookie(Client* k, http::Response* response) {
  if (!k->engine || k->config->cookie.empty() ||
      !k->queue.Has(EnginePacket::Type::kOpen))
    return;
  response->With("Set-Cookie", CookieOf(*k));
}

// From here on the client has to come again in time.
void AwaitPoll(Tables& t, Client* k) {
  const Limits& limits = k->config->limits;
  switch (k->generation->wire) {
    case Wire::kFrames:
      return t.SetDeadline(k, t.now + limits.session_timeout);
    case Wire::kPackets:
      return t.SetDeadline(k, t.now + limits.session_timeout_09);
    case Wire::kEngine:
      return AwaitEnginePoll(t, k);
  }
}

}  // namespace

std::string CookieOf(const Client& k) {
  return k.config->cookie + "=" + k.name + "; Path=/; HttpOnly; SameSite=Lax";
}

std::string QueuedPayload09(const PacketQueue& queue) {
  constexpr Bytes kNoop = "8::";
  std::vector<Bytes> packets;
  queue.For(
      [&](const EnginePacket& packet) { packets.push_back(packet.data); });
  if (packets.empty()) packets.push_back(kNoop);
  std::string payload;
  framing::AppendPayload09(packets, &payload);
  return payload;
}

bool SendOnWebSocket(Tables& t, Connection* c, Payload payload, Bytes data) {
  const websocket::Codec& codec = c->websocket->codec();
  if (c->upgrade)
    return codec.AppendMessage(payload, data, &c->upgrade->output);
  t.outbox->BeginWrite(c->id);
  const bool sent = codec.AppendMessage(payload, data, &t.outbox->arena());
  t.outbox->EndWrite();
  return sent;
}

bool SendPacket(Tables& t, Client* k, const EnginePacket& packet) {
  Connection* c = t.FindConnection(k->connection);
  switch (k->transport->family) {
    case transport::Family::kWebSocket:
      if (c != nullptr) return SendNow(t, k, c, packet);
      break;  // 0.9: the transport is still to come
    case transport::Family::kStreaming:
      if (c == nullptr) break;
      SendOnStream(t, c, *k->transport, packet.data);
      return true;
    case transport::Family::kPolling:
      if (k->generation->engine == &framing::EngineIo4() &&
          HasSeparator(packet))
        return false;
      break;
  }
  Enqueue(t, k, packet);
  return true;
}

bool SendFrame06(Tables& t, Client* k, const framing::Packet& packet) {
  std::string framed;
  k->generation->codec->Append(packet, &framed);
  return SendPacket(t, k,
                    {EnginePacket::Type::kMessage, Payload::kText, framed});
}

bool SendSocketPacket(Tables& t, Client* k,
                      const framing::SocketPacket& packet) {
  std::string text;
  std::vector<Bytes> attachments;
  k->generation->packets->Append(packet, &text, &attachments);
  bool sent =
      SendPacket(t, k, {EnginePacket::Type::kMessage, Payload::kText, text});
  for (const Bytes bytes : attachments) {
    sent = sent &&
           SendPacket(t, k,
                      {EnginePacket::Type::kMessage, Payload::kBinary, bytes});
  }
  return sent;
}

bool SendSocketPacket(Tables& t, const Session& s,
                      const framing::SocketPacket& packet) {
  if (Client* k = t.FindClient(s.client)) return SendSocketPacket(t, k, packet);
  Connection* c = t.FindConnection(s.connection);
  if (c == nullptr) return false;
  std::string text;
  s.generation->packets->Append(packet, &text, nullptr);
  return SendOnWebSocket(t, c, Payload::kText, text);
}

void AnswerPoll(Tables& t, Client* k, Connection* c) {
  http::Response response = PollResponse(*k, c);
  k->origins().AddCors(c->request().headers, &response);
  Compress(*k, *c, &response);
  AddCookie(k, &response);
  k->queue.Clear();
  k->connection = {};
  AwaitPoll(t, k);
  Answer(t, c, response);
  NoteQueueOf(t, *k, 0);
}

void FlushPolls(Tables& t) {
  std::vector<base::ClientId> polled;
  polled.swap(t.polled);
  for (const base::ClientId id : polled) {
    Client* k = t.FindClient(id);
    if (k == nullptr || !k->polls() || k->queue.empty()) continue;
    Connection* c = t.FindConnection(k->connection);
    if (c != nullptr && c->phase == Phase::kPoll) AnswerPoll(t, k, c);
  }
}

}  // namespace rabbit_socks::session
