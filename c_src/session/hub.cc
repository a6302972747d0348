// SPDX-License-Identifier: MPL-2.0
#include "session/hub.h"

#include <memory>
#include <utility>
#include <vector>

#include "session/admission.h"
#include "session/answer.h"
#include "session/forwarding.h"
#include "session/hub_impl.h"
#include "session/leaving.h"
#include "session/outbound.h"
#include "session/removal.h"
#include "session/requests.h"
#include "session/timers.h"
#include "session/upgrade.h"

namespace rabbit_socks::session {

using base::Bytes;
using base::ConnectionId;
using base::SessionId;
using base::Time;
using Phase = Connection::Phase;

namespace {

// A wheel entry of `x` came up: its deadline may have moved on since.
template <class T>
void Due(Tables& t, T* x, void (*act)(Tables&, T*)) {
  x->scheduled = 0;
  if (x->deadline == 0) return;
  if (x->deadline > t.now) return t.SetDeadline(x, x->deadline);
  act(t, x);
}

void Secure(Connection* c, Bytes certificate) {
  c->secure = true;
  if (!certificate.empty())
    c->certificate = std::make_unique<const std::string>(certificate);
}

Connection* Insert(Tables& t, base::ListenerId listener, const Peer& peer) {
  auto owned = std::make_unique<Connection>();
  Connection* c = owned.get();
  c->id = t.connections.Insert(std::move(owned));
  c->listener = listener;
  c->config = t.listeners.find(listener)->second.config;
  c->peer_address = peer.peer.address;
  c->peer_port = peer.peer.port;
  c->local_address = peer.local.address;
  c->local_port = peer.local.port;
  if (peer.secure) Secure(c, peer.certificate);
  return c;
}

// A request that is whole; its connection is no more than that.
ConnectionId Ask(Tables& t, Connection* c, http::Request request) {
  const ConnectionId id = c->id;
  c->relayed = true;
  c->relayed_request = std::make_unique<http::Request>(std::move(request));
  c->progress = t.now;
  HandleRequest(t, c);
  return id;
}

}  // namespace

Hub::Hub(base::Outbox* outbox, Time now, uint32_t max_connections)
    : impl_(std::make_unique<Impl>(outbox, now, max_connections)) {}
Hub::~Hub() = default;

void Hub::Configure(base::ListenerId listener, ListenerConfig config) {
  Listener& configured = impl_->t.listeners[listener];
  configured.config = std::make_shared<const ListenerConfig>(std::move(config));
  configured.leaving.reset();
}

void Hub::Remove(base::ListenerId listener, uint16_t code, Bytes reason,
                 Time window, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (window > 0)
    return LeaveListener(impl_->t, listener, code, reason, window);
  CloseListener(impl_->t, listener, code, reason);
  impl_->t.listeners.erase(listener);
}

ConnectionId Hub::Connect(base::ListenerId listener, const Peer& peer,
                          Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  const auto found = t.listeners.find(listener);
  if (found == t.listeners.end() || found->second.leaving || t.stopping ||
      !Admits(t, found->second, peer.peer.address)) {
    t.tally.Refused();
    return {};
  }
  t.tally.Accepted();
  Connection* c = Insert(impl_->t, listener, peer);
  c->parser = std::make_unique<http::Parser>(c->config->limits.http);
  c->counted = true;
  c->pending = true;
  ++found->second.connections;
  ++found->second.pending;
  if (c->config->limits.max_connections_per_address != 0) {
    c->counted_address = true;
    ++found->second.by_address[c->peer_address];
  }
  c->progress = t.now;
  t.SetDeadline(c, t.now + c->config->limits.head_timeout);
  return c->id;
}

void Hub::Secured(ConnectionId id, Bytes certificate, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (Connection* c = impl_->t.FindConnection(id)) Secure(c, certificate);
}

void Hub::Received(ConnectionId id, std::span<char> bytes, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (Connection* c = impl_->t.FindConnection(id)) UseBytes(impl_->t, c, bytes);
}

void Hub::PeerEnded(ConnectionId id, Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  Connection* c = t.FindConnection(id);
  if (c == nullptr) return;
  c->peer_ended = true;
  // The end comes after the bytes: those that wait for credit are used first,
  // see UseKeptInput.
  if (c->input.empty()) {
    EndOfInput(t, c);
  } else {
    t.MarkReady(c);
  }
}

void Hub::Disconnected(ConnectionId id, Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  Connection* c = t.FindConnection(id);
  if (c == nullptr) return;
  LeaveSession(t, c);
  ForgetConnection(t, c);
}

void Hub::Queued(ConnectionId id, size_t queued, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (Connection* c = impl_->t.FindConnection(id))
    NoteQueued(impl_->t, c, queued);
}

ConnectionId Hub::Relay(base::ListenerId listener, const Peer& peer,
                        http::Request request, Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  if (t.listeners.find(listener) == t.listeners.end()) return {};
  Connection* c = Insert(impl_->t, listener, peer);
  return Ask(t, c, std::move(request));
}

void Hub::SetTag(Bytes tag) { impl_->t.tag.assign(tag); }

ConnectionId Hub::Forwarded(Bytes name, const Peer& peer, http::Request request,
                            Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  const Client* k = t.FindName(name);
  if (k == nullptr || t.listeners.find(k->listener) == t.listeners.end())
    return {};
  Connection* c = Insert(t, k->listener, peer);
  c->here = true;
  return Ask(t, c, std::move(request));
}

void Hub::Answered(uint64_t ref, const http::Response& response, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (Connection* c = FindForward(impl_->t, ref))
    AnswerForward(impl_->t, c, response);
}

void Hub::Unanswered(uint64_t ref, Time now) {
  const Impl::Step step(impl_.get(), now);
  if (Connection* c = FindForward(impl_->t, ref)) TakeForwardBack(impl_->t, c);
}

void Hub::Switched(ConnectionId id, Time now) {
  const Impl::Step step(impl_.get(), now);
  Connection* c = impl_->t.FindConnection(id);
  if (c != nullptr && c->phase == Phase::kSwitching)
    SwitchedByBroker(impl_->t, c);
}

void Hub::Stop(uint16_t code, Bytes reason, Time now) {
  const Impl::Step step(impl_.get(), now);
  impl_->t.stopping = true;
  CloseEverything(impl_->t, code, reason);
}

void Hub::Tick(Time now) {
  const Impl::Step step(impl_.get(), now);
  Tables& t = impl_->t;
  CloseLeaving(t);
  TellCounts(t);
  std::vector<uint64_t> due;
  t.wheel.Advance(now, &due);
  for (const uint64_t key : due) {
    const uint64_t id = key & ~(Tables::kSessionKey | Tables::kClientKey);
    if ((key & Tables::kSessionKey) != 0) {
      if (Session* s = t.FindSession(SessionId{id})) Due(t, s, SessionDue);
    } else if ((key & Tables::kClientKey) != 0) {
      if (Client* k = t.FindClient(base::ClientId{id})) Due(t, k, ClientDue);
    } else if (Connection* c = t.FindConnection(ConnectionId{id})) {
      Due(t, c, ConnectionDue);
    }
  }
}

size_t Hub::connections() const { return impl_->t.connections.size(); }
size_t Hub::clients() const { return impl_->t.clients.size(); }
size_t Hub::sessions() const {
  return impl_->t.sessions.size() + impl_->t.lingering;
}

base::Statistics Hub::Statistics() const {
  base::Statistics statistics;
  statistics.connections = connections();
  statistics.clients = clients();
  impl_->t.tally.AddTo(&statistics);
  return statistics;
}

}  // namespace rabbit_socks::session
