// SPDX-License-Identifier: MPL-2.0
#include "session/accepting.h"

#include "http/response.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_requests.h"
#include "session/namespaces.h"
#include "session/opening.h"
#include "session/polls.h"
#include "session/recovery.h"
#include "session/socketio09_inbound.h"
#include "session/socketio09_requests.h"
#include "session/upgrade.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

// hixie-76: some of the key may have come already.
void GoOnWithHandshake(Tables& t, Connection* c) {
  if (c->phase != Phase::kHixieKey) return;
  const size_t used = ContinueHandshake(t, c, c->input);
  c->input.erase(0, used);
}

void Accept06(Tables& t, Client* k, Connection* c,
              const websocket::Fields& headers) {
  NameClient(t, k);
  if (!c->upgrade) return AcceptPolls(t, k, c);
  AcceptUpgrade(t, c, headers);
  SendFrame06(t, k, {framing::Packet::Type::kMessage, k->name});
  t.SetDeadline(k, t.now + k->config->limits.heartbeat_interval);
  GoOnWithHandshake(t, c);
}

// A client that waits for the answer: its request is answered.
void AcceptClient(Tables& t, Client* k, Connection* c,
                  const websocket::Fields& headers) {
  switch (k->generation->wire) {
    case Wire::kFrames:
      return Accept06(t, k, c, headers);
    case Wire::kPackets:
      return Accept09(t, k, c);
    case Wire::kEngine:
      return AcceptEngine(t, k, c);
  }
}

void RefuseRequest(Tables& t, Connection* c, uint32_t route, uint16_t status,
                   Bytes text) {
  http::Response response = http::PlainText(status, text);
  c->config->routes[route].origins.AddCors(c->request().headers, &response);
  AnswerAndClose(t, c, response);
}

// What the client sent while the node was asked, in order: POSTs come before
// the WebSocket that it upgrades to.
void UseWhatWaited(Tables& t, Client* k) {
  const base::ClientId id = k->id;
  TakeHeld09(t, k);
  k = t.FindClient(id);
  if (k == nullptr) return;
  for (const base::ConnectionId post : k->posts) {
    if (Connection* c = t.FindConnection(post)) t.MarkReady(c);
  }
  if (Connection* c = t.FindConnection(k->connection)) t.MarkReady(c);
}

}  // namespace

void AcceptSession(Tables& t, Session* s, Bytes owner,
                   const websocket::Fields& headers) {
  s->owner.assign(owner);
  s->state = Session::State::kOpen;
  t.SetDeadline(s, 0);
  Client* k = t.FindClient(s->client);
  Connection* c = t.ConnectionOf(*s);
  if (k == nullptr) {
    AcceptUpgrade(t, c, headers);
    return GoOnWithHandshake(t, c);
  }
  if (k->state == Client::State::kOpening)
    return AcceptClient(t, k, c, headers);
  MakeRecoverable(t, s);
  NamespaceAccepted(t, k, *s);
  UseWhatWaited(t, k);
}

void RefuseSession(Tables& t, Session* s, uint16_t status, Bytes text,
                   const base::Value& data) {
  Client* k = t.FindClient(s->client);
  if (k != nullptr && k->state != Client::State::kOpening) {
    NamespaceRefused(t, k, s, text, data);
    return UseWhatWaited(t, k);
  }
  Connection* c = t.ConnectionOf(*s);
  const uint32_t route = s->route;
  const framing::Generation* generation =
      k == nullptr ? nullptr : k->generation;
  EndSessionsOf(t, c, 1006, "");
  if (generation == nullptr || generation->wire == Wire::kFrames)
    return RefuseRequest(t, c, route, status, text);
  if (generation->wire == Wire::kPackets) return Refuse09(t, c, route, status);
  if (status == 403) return RefuseEngine(t, c, route, "");
  RefuseRequest(t, c, route, status, text);
}

void GiveUpSession(Tables& t, Session* s) {
  Client* k = t.FindClient(s->client);
  constexpr Bytes kWhy = "the server did not answer in time";
  if (k != nullptr && k->state != Client::State::kOpening)
    return RefuseSession(t, s, 503, kWhy, {});
  Connection* c = t.ConnectionOf(*s);
  if (k != nullptr) {
    EndClient(t, k, 1006, "");
  } else {
    EndSession(t, s, 1006, "");
  }
  if (c != nullptr) AnswerFault(t, c, base::Fault{503, kWhy});
}

}  // namespace rabbit_socks::session
