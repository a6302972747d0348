// SPDX-License-Identifier: MPL-2.0
#include "session/engine_requests.h"

#include <memory>
#include <string>
#include <utility>

#include "framing/generation.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_inbound.h"
#include "session/engine_timers.h"
#include "session/engine_upgrade.h"
#include "session/forwarding.h"
#include "session/namespaces.h"
#include "session/opening.h"
#include "session/polls.h"
#include "session/upgrade.h"
#include "session/wire.h"
#include "transport/dress.h"
#include "transport/engine_dress.h"
#include "websocket/handshake.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using framing::Generation;
using http::Method;
using transport::EngineError;
using transport::EngineQuery;
using transport::Family;
using Phase = Connection::Phase;

void RefuseRequest(Tables& t, Connection* c, const http::OriginPolicy& origins,
                   EngineError error, Bytes text = {}) {
  const bool upgrade = IsWebSocketUpgrade(c->request());
  http::Response response = transport::EngineRefusal(error, upgrade, text);
  origins.AddCors(c->request().headers, &response);
  if (upgrade) return AnswerAndClose(t, c, response);
  Answer(t, c, response);
}

void AnswerWithCors(Tables& t, Connection* c, const http::OriginPolicy& origins,
                    http::Response response) {
  origins.AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

// Null: no protocol of ours. Browser clients of 1.0 say 2 and speak 3.
const Generation* GenerationOf(const EngineQuery& query, bool bare) {
  const std::string version = query.protocol.value_or("");
  if (version == "4")
    return bare ? &framing::EngineIo4Clients() : &framing::SocketIo4Clients();
  if (version == "3" || version == "2")
    return bare ? &framing::EngineIo3Clients() : &framing::SocketIo2Clients();
  return nullptr;
}

void NewClient(Tables& t, Connection* c, Target target,
               const EngineQuery& query, const Generation& generation) {
  const bool websocket = target.transport->family == Family::kWebSocket;
  if (websocket && !ReadUpgrade(t, c, nullptr)) return;
  if (!MayOpenClient(t, c)) return;
  const char* protocol =
      websocket ? websocket::Name(c->upgrade->offer.draft) : "http";
  if (generation.packets == nullptr) {
    const base::ConnectionId id = c->id;
    OpenClient(t, c, std::move(target), generation, protocol);
    c = t.FindConnection(id);
    PrepareEngine(t, t.FindClient(c->client), query);
    return;
  }
  Client* k = AddClient(t, c, target.route, target.transport, generation);
  k->request =
      KeptRequest(InfoOf(c, &target, k->transport, protocol, {}, &generation));
  PrepareEngine(t, k, query);
  AcceptEngine(t, k, c);
}

void Poll(Tables& t, Client* k, Connection* c) {
  if (t.FindConnection(k->connection) != nullptr) {
    const http::OriginPolicy origins = k->origins();
    CloseClient(t, k, 1002, "two polls at once");
    return RefuseRequest(t, c, origins, EngineError::kBadRequest);
  }
  k->connection = c->id;
  c->client = k->id;
  k->engine->poll_by = 0;
  if (!k->queue.empty()) {
    const bool last = k->state == Client::State::kLingering;
    AnswerPoll(t, k, c);
    if (last) EndClient(t, k, 1000, "");
    return;
  }
  c->phase = Phase::kPoll;
  t.SetDeadline(c, 0);
  ScheduleEngine(t, k);
  if (k->engine->probed) TakeProbedPoll(t, k);
}

void Post(Tables& t, Client* k, Connection* c) {
  if (k->state == Client::State::kLingering)
    return RefuseRequest(t, c, k->origins(), EngineError::kUnknownSession);
  if (!k->posts.empty()) {
    const http::OriginPolicy origins = k->origins();
    CloseAtOnce(t, k, 1002, "two posts at once");
    return RefuseRequest(t, c, origins, EngineError::kBadRequest);
  }
  HoldPost(t, k, c);
}

// Null also for one whose time is over: a request is no sign of life that comes
// before the next tick.
Client* FindTimely(Tables& t, Bytes name) {
  Client* k = t.FindName(name);
  if (k == nullptr || !k->engine || k->state != Client::State::kOpen ||
      k->deadline == 0 || k->deadline > t.now)
    return k;
  EngineDue(t, k);
  return t.FindName(name);
}

// A request that names its client, on polling or to upgrade.
void HandleKnown(Tables& t, Connection* c, const Target& target,
                 const EngineQuery& query) {
  const http::OriginPolicy& origins = c->config->routes[target.route].origins;
  Client* k = FindTimely(t, *query.name);
  if (k == nullptr && ForwardRequest(t, c, *query.name)) return;
  // On another listener or route, whose origins are others, it is as good as
  // unknown.
  if (k == nullptr || !k->engine || !k->IsAt(c->listener, target.route))
    return RefuseRequest(t, c, origins, EngineError::kUnknownSession);
  if (target.transport->family == Family::kWebSocket) {
    if (!IsWebSocketUpgrade(c->request()))
      return RefuseRequest(t, c, origins, EngineError::kBadRequest);
    return StartProbe(t, k, c, query);
  }
  if (!k->polls() || IsWebSocketUpgrade(c->request()))
    return RefuseRequest(t, c, origins, EngineError::kBadRequest);
  const Method method = c->request().method;
  if (method == Method::kGet) return Poll(t, k, c);
  if (method == Method::kPost) return Post(t, k, c);
  AnswerFault(t, c, Fault{405, "method not allowed"});
}

}  // namespace

void HandleEngine(Tables& t, Connection* c, Target target) {
  const http::OriginPolicy& origins = c->config->routes[target.route].origins;
  if (c->request().method == Method::kOptions)
    return Answer(t, c, origins.Preflight(c->request().headers));
  const EngineQuery query = transport::ReadEngineQuery(c->request().query);
  target.transport =
      transport::FindRow(transport::Age::kEngine, query.transport.value_or(""));
  if (target.transport == nullptr)
    return RefuseRequest(t, c, origins, EngineError::kUnknownTransport);
  if (query.jsonp && !transport::IsJsonpIndex(*query.jsonp))
    return RefuseRequest(t, c, origins, EngineError::kBadRequest,
                         "the index of a jsonp request is 1 to 9 digits");
  c->jsonp_index = query.jsonp.value_or("");
  if (query.name) return HandleKnown(t, c, target, query);
  const bool websocket = target.transport->family == Family::kWebSocket;
  if (c->request().method != Method::kGet)
    return RefuseRequest(t, c, origins, EngineError::kBadMethod);
  if (websocket != IsWebSocketUpgrade(c->request()))
    return RefuseRequest(t, c, origins, EngineError::kBadRequest);
  const Generation* generation =
      GenerationOf(query, target.kind == Target::Kind::kBareEngine);
  if (generation == nullptr)
    return RefuseRequest(t, c, origins, EngineError::kUnsupportedProtocol);
  NewClient(t, c, std::move(target), query, *generation);
}

void AcceptEngine(Tables& t, Client* k, Connection* c) {
  NameClient(t, k);
  StartEngineTimers(t, k);
  if (k->polls()) {
    SendHandshake(t, k);
    if (k->generation->default_namespace) OpenDefaultNamespace(t, k);
    return AnswerPoll(t, k, c);
  }
  websocket::Fields fields;
  if (!k->config->cookie.empty())
    fields.emplace_back("Set-Cookie", CookieOf(*k));
  AcceptUpgrade(t, c, std::move(fields));
  SendHandshake(t, k);
  if (c->phase == Phase::kHixieKey)
    static_cast<void>(ContinueHandshake(t, c, {}));
  if (k->generation->default_namespace) OpenDefaultNamespace(t, k);
}

void RefuseEngine(Tables& t, Connection* c, uint32_t route, Bytes text) {
  RefuseRequest(t, c, c->config->routes[route].origins, EngineError::kForbidden,
                text);
}

void TakeEnginePost(Tables& t, Client* k, Connection* c) {
  const http::OriginPolicy origins = k->origins();
  const base::ClientId id = k->id;
  base::Result<transport::EngineBody> body =
      transport::PostedToEngine(c->request(), !c->jsonp_index.empty());
  const Fault fault = body.ok() ? TakeEnginePayload(t, k, body.value().payload,
                                                    body.value().form)
                                : body.fault();
  if (!fault)
    return AnswerWithCors(t, c, origins, transport::EnginePostAnswer());
  // One that breaks the protocol has no last poll to come.
  k = t.FindClient(id);
  if (k != nullptr)
    CloseAtOnce(t, k, body.ok() ? fault.code : uint16_t{1002}, fault.text);
  RefuseRequest(t, c, origins, EngineError::kBadRequest);
}

}  // namespace rabbit_socks::session
