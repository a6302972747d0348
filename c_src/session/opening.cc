// SPDX-License-Identifier: MPL-2.0
#include "session/opening.h"

#include <memory>
#include <utility>

#include "base/random.h"
#include "session/admission.h"
#include "session/answer.h"

namespace rabbit_socks::session {
namespace {

Session* Insert(Tables& t, base::ListenerId listener, uint32_t route,
                const std::shared_ptr<const ListenerConfig>& config) {
  auto owned = std::make_unique<Session>();
  Session* s = owned.get();
  s->id = t.sessions.Insert(std::move(owned));
  s->listener = listener;
  s->route = route;
  s->config = config;
  s->credit_messages = config->limits.credit_messages;
  s->credit_bytes = config->limits.credit_bytes;
  return s;
}

}  // namespace

base::OpenInfo InfoOf(Connection* c, Target* target, const transport::Row* row,
                      const char* protocol, base::Bytes subprotocol,
                      const framing::Generation* generation) {
  const http::Request& request = c->request();
  base::OpenInfo info;
  info.path = std::move(target->path);
  info.query = request.query;
  info.headers = request.headers;
  info.peer_address = c->peer_address;
  info.local_address = c->local_address;
  info.peer_port = c->peer_port;
  info.local_port = c->local_port;
  info.secure = c->secure;
  if (c->certificate) info.certificate = *c->certificate;
  info.transport = row == nullptr ? "websocket" : row->name;
  info.protocol = protocol;
  info.subprotocol.assign(subprotocol);
  if (generation != nullptr) info.generation = generation->name;
  return info;
}

bool MayOpenClient(Tables& t, Connection* c) {
  if (AdmitsClient(t, *c)) return true;
  AnswerFault(t, c, base::Fault{503, "too many clients"});
  return false;
}

Client* AddClient(Tables& t, Connection* c, uint32_t route,
                  const transport::Row* row,
                  const framing::Generation& generation) {
  auto owned = std::make_unique<Client>();
  Client* k = owned.get();
  k->id = t.clients.Insert(std::move(owned));
  k->generation = &generation;
  k->transport = row;
  k->listener = c->listener;
  k->route = route;
  k->config = c->config;
  k->connection = c->id;
  c->client = k->id;
  const auto found = t.listeners.find(k->listener);
  if (found != t.listeners.end()) ++found->second.clients;
  return k;
}

void OpenClient(Tables& t, Connection* c, Target target,
                const framing::Generation& generation, const char* protocol) {
  using Wire = framing::Generation::Wire;
  Client* k = AddClient(t, c, target.route, target.transport, generation);
  Session* s = AddSession(t, k);
  base::OpenInfo info =
      InfoOf(c, &target, target.transport, protocol, {}, &generation);
  // Of Engine.IO alone nothing is known of namespaces.
  if (generation.wire != Wire::kEngine) info.nsp = s->nsp = "/";
  if (generation.packets != nullptr) k->request = KeptRequest(info);
  c->phase = Connection::Phase::kOpening;
  t.SetDeadline(c, 0);
  AskNode(t, s, std::move(info));
}

void NameClient(Tables& t, Client* k) {
  k->state = Client::State::kOpen;
  k->name = base::RandomName() + t.tag;
  t.names.emplace(k->name, k->id);
}

Session* AddSession(Tables& t, Connection* c, uint32_t route) {
  Session* s = Insert(t, c->listener, route, c->config);
  s->connection = c->id;
  c->session = s->id;
  return s;
}

Session* AddSession(Tables& t, Client* k) {
  Session* s = Insert(t, k->listener, k->route, k->config);
  s->client = k->id;
  s->generation = k->generation;
  k->sessions.push_back(s->id);
  return s;
}

void AskNode(Tables& t, Session* s, base::OpenInfo info) {
  t.outbox->Open(s->id, s->listener, s->route, std::move(info));
  t.SetDeadline(s, t.now + s->config->limits.open_timeout);
}

}  // namespace rabbit_socks::session
