// SPDX-License-Identifier: MPL-2.0
#include "session/forwarding.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/random.h"
#include "session/answer.h"
#include "session/requests.h"
#include "session/upgrade.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using http::Method;
using Phase = Connection::Phase;

// Another node has made it.
bool IsForeign(const Tables& t, Bytes name) {
  return !t.tag.empty() && name.size() == base::kRandomName + t.tag.size() &&
         name.substr(base::kRandomName) != t.tag && base::IsName(name);
}

bool MayTravel(const Connection& c, const http::Request& request) {
  return !c.here && !IsWebSocketUpgrade(request) &&
         (request.method == Method::kGet || request.method == Method::kPost);
}

bool IsRoomFor(const Listener& listener, uint64_t bytes) {
  const Limits& limits = listener.config->limits;
  return listener.forwards < limits.max_forwards &&
         listener.forward_bytes + bytes <= limits.max_forward_bytes;
}

// The longest that a poll stays open, and what the way there and back may take.
base::Time Patience(const Limits& limits) {
  return std::max(limits.poll_timeout,
                  limits.engine_ping_interval + limits.engine_ping_timeout) +
         limits.open_timeout;
}

// The connection needs the rest of the request for its answer.
base::RelayedRequest TakeRequest(Connection* c) {
  http::Request& request = c->request();
  base::RelayedRequest relayed;
  relayed.method = request.method == Method::kPost ? "POST" : "GET";
  relayed.target = request.target;
  relayed.path = request.path;
  if (!request.query.empty()) relayed.path += "?" + request.query;
  relayed.headers = request.headers;
  relayed.body = std::exchange(request.body, std::string());
  relayed.peer_address = c->peer_address;
  relayed.peer_port = c->peer_port;
  relayed.local_address = c->local_address;
  relayed.local_port = c->local_port;
  relayed.secure = c->secure;
  if (c->certificate) relayed.certificate = *c->certificate;
  return relayed;
}

// c waits no longer.
void Forget(Tables& t, Connection* c) {
  const auto found = t.forwards.find(c->forward);
  c->forward = 0;
  if (found == t.forwards.end()) return;
  const auto listener = t.listeners.find(c->listener);
  if (listener != t.listeners.end() && listener->second.forwards > 0) {
    --listener->second.forwards;
    listener->second.forward_bytes -=
        std::min(listener->second.forward_bytes, found->second.bytes);
  }
  t.forwards.erase(found);
}

}  // namespace

bool ForwardRequest(Tables& t, Connection* c, Bytes name) {
  if (!IsForeign(t, name) || !MayTravel(*c, c->request())) return false;
  const auto listener = t.listeners.find(c->listener);
  if (listener == t.listeners.end()) return false;
  const uint64_t bytes = c->request().body.size();
  if (!IsRoomFor(listener->second, bytes)) {
    AnswerFault(t, c, base::Fault{503, "too many requests for other nodes"});
    return true;
  }
  ++listener->second.forwards;
  listener->second.forward_bytes += bytes;
  c->phase = Phase::kForwarded;
  c->forward = ++t.last_forward;
  const base::Time until = t.now + Patience(c->config->limits);
  t.forwards.emplace(c->forward, Forward{c->id, until, bytes});
  t.SetDeadline(c, until);
  t.outbox->Forward(c->forward, name, TakeRequest(c));
  return true;
}

Connection* FindForward(Tables& t, uint64_t ref) {
  const auto found = t.forwards.find(ref);
  return found == t.forwards.end() ? nullptr
                                   : t.FindConnection(found->second.connection);
}

void AnswerForward(Tables& t, Connection* c, const http::Response& response) {
  Forget(t, c);
  Answer(t, c, response);
}

void TakeForwardBack(Tables& t, Connection* c) {
  Forget(t, c);
  HandleRequestHere(t, c);
}

void GiveUpForward(Tables& t, Connection* c) {
  t.outbox->Withdraw(c->forward);
  TakeForwardBack(t, c);
}

void ForwardDue(Tables& t, Connection* c) {
  const auto found = t.forwards.find(c->forward);
  if (found == t.forwards.end() || found->second.until <= t.now)
    return GiveUpForward(t, c);
  // It was an earlier answer's bytes that were due.
  t.SetDeadline(c, found->second.until);
}

void WithdrawForward(Tables& t, Connection* c) {
  t.outbox->Withdraw(c->forward);
  Forget(t, c);
}

}  // namespace rabbit_socks::session
