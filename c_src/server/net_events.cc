// SPDX-License-Identifier: MPL-2.0
#include "server/net_events.h"

#include <string>

#include "http/response.h"
#include "node/reader.h"

namespace rabbit_socks::server {

using base::Bytes;
using base::ConnectionId;
using base::Time;
using net::SocketId;

namespace {

// Refused connections that may be ending in order at a time: each costs a
// descriptor for up to 2 s.
constexpr size_t kMaxRefusing = 100;

}  // namespace

void NetEvents::Start(Core* core, Listeners* listeners, Relays* relays,
                      NodeCommands* commands) {
  core_ = core;
  listeners_ = listeners;
  relays_ = relays;
  commands_ = commands;
}

void NetEvents::OnPacket(Bytes packet, Time now) {
  if (core_->ended) return;
  core_->lifecycle.OnPacket(now);
  commands_->set_now(now);
  const base::Fault fault = node::ReadPacket(packet, commands_);
  if (fault)
    return core_->Die("malformed packet from the node: " +
                      std::string(fault.text));
  if (!core_->lifecycle.greeted())
    return core_->Die("the node's first packet is no hello");
  core_->hub.EndCommands(now);
  core_->Drain(now);
}

void NetEvents::OnLinkEnd(bool garbage) {
  if (core_->ended) return;
  if (garbage)
    return core_->Die("garbage from the node: a packet longer than the limit");
  const Time now = core_->loop->Now();
  core_->hub.Stop(1001, "going away", now);
  core_->Drain(now);
  core_->Exit();
}

void NetEvents::OnDescriptor(uint64_t id, int fd, Time now) {
  Want want;
  switch (core_->rendezvous.Bring(id, fd, now, &want)) {
    case Rendezvous::Arrival::kMet:
      if (want.kind == Want::Kind::kListen) return listeners_->Met(id, fd);
      return relays_->Met(id, fd, want.buffer, now);
    case Rendezvous::Arrival::kWaits:
    case Rendezvous::Arrival::kRefused:
      return;
  }
}

void NetEvents::OnConnection(uint64_t listener, SocketId socket,
                             const net::Address& peer,
                             const net::Address& local, Time now) {
  const session::Peer ends{
      {peer.text, peer.port}, {local.text, local.port}, false, {}};
  const ConnectionId id = core_->hub.Connect(listener, ends, now);
  if (!id) return Refuse(socket);
  core_->connections.Bind(id, socket);
  core_->Drain(now);
}

void NetEvents::Refuse(SocketId socket) {
  if (core_->loop->sockets() - core_->connections.sockets() > kMaxRefusing)
    return core_->loop->Reset(socket);
  std::string answer;
  http::AppendResponse(
      http::PlainText(503, "too many connections").With("Retry-After", "5"),
      http::BodyKind::kWhole, false, &answer);
  core_->loop->Write(socket, answer);
  core_->loop->Finish(socket);
}

void NetEvents::OnSecured(SocketId socket, Bytes certificate, Time now) {
  core_->hub.Secured(core_->connections.FindConnection(socket), certificate,
                     now);
}

void NetEvents::OnHandshakeFailed(SocketId /*socket*/, Bytes why,
                                  Time /*now*/) {
  core_->Note(Level::kDebug, "a TLS handshake failed: " + std::string(why));
}

void NetEvents::OnBytes(SocketId socket, std::span<char> bytes, Time now) {
  core_->hub.Received(core_->connections.FindConnection(socket), bytes, now);
  core_->Drain(now);
}

void NetEvents::OnEnd(SocketId socket, Time now) {
  core_->hub.PeerEnded(core_->connections.FindConnection(socket), now);
  core_->Drain(now);
}

void NetEvents::OnGone(SocketId socket, Time now) {
  const ConnectionId id = core_->connections.FindConnection(socket);
  if (!id) return;  // it was refused
  core_->connections.Erase(socket);
  core_->hub.Disconnected(id, now);
  core_->Drain(now);
}

void NetEvents::OnQueued(SocketId socket, size_t queued, Time now) {
  core_->hub.Queued(core_->connections.FindConnection(socket), queued, now);
  core_->Drain(now);
}

void NetEvents::OnTick(Time now) {
  if (core_->ended) return;
  core_->hub.Tick(now);
  core_->Drain(now);
  const session::Hub& hub = core_->hub;
  if (memory_.Note(hub.connections() + hub.sessions() + hub.clients(), now))
    GiveMemoryBack();
  ExpireDescriptors(now);
  CheckLifecycle(now);
}

void NetEvents::ExpireDescriptors(Time now) {
  const Rendezvous::Expired expired = core_->rendezvous.Expire(now);
  for (const auto& [id, want] : expired.commands) {
    if (want.kind == Want::Kind::kAdopt) {
      relays_->GiveUp(id, now);
    } else {
      core_->Note(Level::kError,
                  "listener " + std::to_string(id) +
                      ": its descriptor did not come within 10 s");
    }
  }
  for (const uint64_t id : expired.descriptors)
    core_->Note(Level::kWarning, "nobody asked for descriptor " +
                                     std::to_string(id) +
                                     " within 10 s: closed");
}

void NetEvents::CheckLifecycle(Time now) {
  switch (core_->lifecycle.Check(
      now, core_->hub.sessions() + core_->hub.connections(),
      core_->loop->sockets())) {
    case Lifecycle::Step::kGoOn:
      return;
    case Lifecycle::Step::kFinishAll:
      core_->connections.ForSockets(
          [&](SocketId socket) { core_->loop->Finish(socket); });
      return;
    case Lifecycle::Step::kStopped:
      return core_->Exit();
    case Lifecycle::Step::kNodeStuck:
      return core_->Die("no packet from the node for 30 s");
  }
}

void NetEvents::OnTurnEnd(Time now) {
  core_->hub.EndTurn(now);
  core_->Drain(now);
  if (!core_->writer.empty()) core_->loop->WriteLink(core_->writer.Take());
}

void NetEvents::OnWarning(Bytes text) { core_->Note(Level::kWarning, text); }

void NetEvents::OnTlsReport(uint64_t listener, bool error, Bytes text) {
  core_->Note(
      error ? Level::kError : Level::kWarning,
      "listener " + std::to_string(listener) + ": " + std::string(text));
}

}  // namespace rabbit_socks::server
