// SPDX-License-Identifier: MPL-2.0
#include "session/closing.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "http/response.h"
#include "session/answer.h"
#include "session/namespaces.h"
#include "session/recovery.h"
#include "session/rooms.h"
#include "session/syncing.h"
#include "session/wire.h"
#include "transport/dress.h"
#include "websocket/handshake.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

void AnswerGone(Tables& t, Connection* c, const Client& k) {
  http::Response response = http::PlainText(404, "the session is closed");
  k.origins().AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

void AnswerRefusal(Tables& t, Connection* c, uint16_t code) {
  // The client left no session behind: the request that wanted to open it is
  // still to be answered.
  AnswerFault(
      t, c,
      base::Fault{static_cast<uint16_t>(code == 1001 ? 503 : 500),
                  code == 1001 ? "going away"
                               : "the session ended before it was open"});
}

void CloseStream(Tables& t, Connection* c, const transport::Row& row) {
  if (!c->relayed &&
      transport::StreamBodyKind(row) == http::BodyKind::kChunked) {
    t.outbox->BeginWrite(c->id);
    http::AppendLastChunk(&t.outbox->arena());
    t.outbox->EndWrite();
  }
  FinishConnection(t, c);
}

// What a connection of a session that we end is told, by its phase.
void CloseConnection(Tables& t, Connection* c, uint16_t code, Bytes reason) {
  switch (c->phase) {
    case Phase::kWebSocket:
      return StartCloseHandshake(t, c, code, reason);
    case Phase::kHixieKey:
    case Phase::kSwitching:
      return FinishConnection(t, c);
    case Phase::kOpening:
      return AnswerRefusal(t, c, code);
    case Phase::kStream:  // of a client: below
    case Phase::kPoll:
    case Phase::kHttp:
    case Phase::kPost:
    case Phase::kForwarded:
    case Phase::kEnding:
    case Phase::kClosing:
    case Phase::kFinished:
      return;
  }
}

void CloseConnectionOf(Tables& t, const Client& k, Connection* c, uint16_t code,
                       Bytes reason) {
  if (c->phase == Phase::kStream) return CloseStream(t, c, *k.transport);
  if (c->phase == Phase::kPoll) return AnswerGone(t, c, k);
  CloseConnection(t, c, code, reason);
}

// A deliberate end is one that the client is not to mend by coming again.
constexpr uint16_t kNormal = 1000;

// We leave, or have failed, or have no room: the client did nothing wrong.
bool IsForUsToMend(uint16_t code) {
  return code == 1001 || (code >= 1011 && code <= 1013);
}

// The last packets, in the client's own words.
void SayGoodbye(Tables& t, Client* k, uint16_t code) {
  using framing::EnginePacket;
  if (k->state != Client::State::kOpen) return;
  switch (k->generation->wire) {
    case Wire::kFrames:
      return;
    case Wire::kPackets:
      // A client that is told so never comes again.
      if (IsForUsToMend(code)) return;
      SendPacket(t, k,
                 {EnginePacket::Type::kMessage, base::Payload::kText, "0::"});
      return;
    case Wire::kEngine:
      if (code == kNormal && k->generation->packets != nullptr)
        TellDisconnected(t, k);
      if (k->polls())
        SendPacket(t, k,
                   {EnginePacket::Type::kClose, base::Payload::kText, {}});
      return;
  }
}

// How long a last poll may take to come.
base::Time LingerTime(const Client& k) {
  constexpr base::Time kEngineLinger = 30000;
  return k.engine ? kEngineLinger : k.config->limits.session_timeout;
}

void DropProbe(Tables& t, Client* k) {
  if (!k->engine) return;
  Connection* c = t.FindConnection(k->engine->probe);
  k->engine->probe = {};
  if (c == nullptr) return;
  c->client = {};
  CloseConnection(t, c, kNormal, "");
}

constexpr uint16_t kLost = 1006;

void EndAllSessions(Tables& t, Client* k, uint16_t code, Bytes reason) {
  const std::vector<base::SessionId> ids = std::move(k->sessions);
  k->sessions.clear();
  for (const base::SessionId id : ids) {
    Session* s = t.FindSession(id);
    if (s == nullptr || (code == kLost && GoAway(t, s))) continue;
    EndSession(t, s, code, reason);
  }
}

void AnswerPosts(Tables& t, Client* k) {
  const std::vector<base::ConnectionId> posts = std::move(k->posts);
  k->posts.clear();
  for (const base::ConnectionId post : posts) {
    if (Connection* c = t.FindConnection(post))
      AnswerFault(t, c, base::Fault{404, "the session is closed"});
  }
}

}  // namespace

void EndSession(Tables& t, Session* s, uint16_t code, Bytes reason) {
  if (!s->owner.empty()) {
    t.outbox->Closed(s->id, s->owner, code, reason);
    t.tally.Ended(code);
  }
  if (Client* k = t.FindClient(s->client))
    k->sessions.erase(
        std::remove(k->sessions.begin(), k->sessions.end(), s->id),
        k->sessions.end());
  LeaveAllRooms(t, s);
  ForgetRecovery(t, s);
  ForgetSync(t, *s);
  t.sessions.Erase(s->id);
}

void EndClient(Tables& t, Client* k, uint16_t code, Bytes reason) {
  EndAllSessions(t, k, code, reason);
  t.ForgetName(k);
  AnswerPosts(t, k);
  DropProbe(t, k);
  if (k->state == Client::State::kLingering) --t.lingering;
  const auto listener = t.listeners.find(k->listener);
  if (listener != t.listeners.end() && listener->second.clients > 0)
    --listener->second.clients;
  t.clients.Erase(k->id);
}

void EndSessionsOf(Tables& t, Connection* c, uint16_t code, Bytes reason) {
  if (Session* s = t.FindSession(c->session)) EndSession(t, s, code, reason);
  if (Client* k = t.FindClient(c->client)) EndClient(t, k, code, reason);
}

void StartCloseHandshake(Tables& t, Connection* c, uint16_t code,
                         Bytes reason) {
  t.outbox->BeginWrite(c->id);
  c->websocket->codec().AppendClose(code, reason, &t.outbox->arena());
  t.outbox->EndWrite();
  c->session = {};
  c->client = {};
  if (c->websocket->draft() == websocket::Draft::kHixie75) {
    FinishConnection(t, c);  // that draft knows no closing handshake
    return;
  }
  c->phase = Phase::kClosing;
  t.SetDeadline(c, t.now + c->config->limits.close_timeout);
  t.MarkReady(c);  // what was kept for want of credit is read on, and dropped,
                   // up to the peer's close
}

void CloseSession(Tables& t, Session* s, uint16_t code, Bytes reason) {
  if (Client* k = t.FindClient(s->client)) {
    // One namespace of several.
    if (k->sessions.size() > 1 && s->state == Session::State::kOpen)
      return DisconnectNamespace(t, k, s, code, reason);
    return CloseClient(t, k, code, reason);
  }
  if (Connection* c = t.FindConnection(s->connection))
    CloseConnection(t, c, code, reason);
  EndSession(t, s, code, reason);
}

void CloseClient(Tables& t, Client* k, uint16_t code, Bytes reason) {
  if (k->state == Client::State::kLingering)
    return EndClient(t, k, code, reason);
  SayGoodbye(t, k, code);
  Connection* c = t.FindConnection(k->connection);
  if (c != nullptr && c->phase == Phase::kPoll && !k->queue.empty()) {
    AnswerPoll(t, k, c);
  } else if (c != nullptr) {
    CloseConnectionOf(t, *k, c, code, reason);
  } else if (!k->queue.empty() && k->state == Client::State::kOpen) {
    EndAllSessions(t, k, code, reason);
    AnswerPosts(t, k);
    DropProbe(t, k);
    k->state = Client::State::kLingering;
    ++t.lingering;
    t.SetDeadline(k, t.now + LingerTime(*k));
    return;
  }
  EndClient(t, k, code, reason);
}

void CloseAtOnce(Tables& t, Client* k, uint16_t code, Bytes reason) {
  const base::ClientId id = k->id;
  CloseClient(t, k, code, reason);
  k = t.FindClient(id);
  if (k != nullptr) EndClient(t, k, code, reason);
}

}  // namespace rabbit_socks::session
