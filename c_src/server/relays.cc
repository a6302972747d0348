// SPDX-License-Identifier: MPL-2.0
#include "server/relays.h"

#include <unistd.h>

#include <utility>

#include "server/relayed_request.h"

namespace rabbit_socks::server {

using base::ConnectionId;
using base::ListenerId;
using base::Time;

void Relays::Request(uint64_t ref, ListenerId listener,
                     node::RelayedRequest request, Time now) {
  if (!IsNew(ref)) return;
  const session::Peer peer = PeerOf(request);
  const ConnectionId id =
      core_->hub.Relay(listener, peer, ToRequest(std::move(request)), now);
  if (id) {
    core_->connections.BindRelay(id, ref);
  } else {
    base::RelayedHead head;
    head.status = 503;
    head.headers = {{"Content-Type", "text/plain; charset=utf-8"},
                    {"Retry-After", "5"}};
    core_->writer.Response(ref, head, "this listener is not open");
  }
  core_->Drain(now);
}

void Relays::Forwarded(uint64_t ref, base::Bytes name,
                       node::RelayedRequest request, Time now) {
  if (!IsNew(ref)) return;
  const session::Peer peer = PeerOf(request);
  const ConnectionId id =
      core_->hub.Forwarded(name, peer, ToRequest(std::move(request)), now);
  if (id) {
    core_->connections.BindRelay(id, ref);
  } else {
    core_->writer.Finish(ref);
  }
  core_->Drain(now);
}

void Relays::Adopt(uint64_t ref, base::Bytes buffer, Time now) {
  const Relay* relay = core_->connections.FindRelay(ref);
  // The descriptor comes in any case, and must be closed when the client or its
  // session went meanwhile.
  const bool wanted = relay != nullptr && relay->switched && !relay->relaying;
  const Want::Kind kind = wanted ? Want::Kind::kAdopt : Want::Kind::kNothing;
  const std::optional<int> fd =
      core_->rendezvous.Ask(ref, {kind, std::string(buffer)}, now);
  if (!fd) return;
  if (wanted) {
    Met(ref, *fd, buffer, now);
  } else {
    close(*fd);
  }
}

void Relays::Met(uint64_t ref, int fd, base::Bytes buffer, Time now) {
  const Relay* relay = core_->connections.FindRelay(ref);
  if (relay == nullptr) {
    close(fd);
    return;
  }
  const ConnectionId id = relay->id;
  const bool paused = relay->paused;
  const net::SocketId socket = core_->loop->Adopt(fd);
  if (!socket) return Forget(ref, id, now);
  core_->connections.EraseRelay(ref);
  core_->connections.Bind(id, socket);
  if (!paused) core_->loop->Resume(socket);
  core_->hub.Switched(id, now);
  core_->Drain(now);
  Feed(id, buffer, now);
}

void Relays::GiveUp(uint64_t ref, Time now) {
  core_->Note(Level::kWarning,
              "a connection of the web context was not passed on within 10 s");
  Gone(ref, now);
}

void Relays::Bytes(uint64_t ref, base::Bytes bytes, Time now) {
  Relay* relay = core_->connections.FindRelay(ref);
  if (relay == nullptr || !relay->switched) return;
  const ConnectionId id = relay->id;
  if (!relay->relaying) {
    relay->relaying = true;
    if (relay->paused) core_->writer.Pause(ref);
    core_->hub.Switched(id, now);
    core_->Drain(now);
    relay = Still(ref, id);
    if (relay == nullptr) return;
  }
  if (relay->paused) {
    relay->held += bytes.size();
    if (relay->held > kMaxHeld) {
      core_->writer.Finish(ref);
      return Forget(ref, id, now);
    }
  }
  Feed(id, bytes, now);
}

void Relays::Gone(uint64_t ref, Time now) {
  core_->rendezvous.Cancel(ref);
  if (const Relay* relay = core_->connections.FindRelay(ref))
    Forget(ref, relay->id, now);
}

bool Relays::IsNew(uint64_t ref) {
  if (core_->connections.FindRelay(ref) == nullptr) return true;
  core_->Note(Level::kError, "request with a Ref that is in use: dropped");
  return false;
}

Relay* Relays::Still(uint64_t ref, ConnectionId id) {
  Relay* relay = core_->connections.FindRelay(ref);
  return relay != nullptr && relay->id == id ? relay : nullptr;
}

void Relays::Forget(uint64_t ref, ConnectionId id, Time now) {
  core_->connections.EraseRelay(ref);
  core_->hub.Disconnected(id, now);
  core_->Drain(now);
}

void Relays::Feed(ConnectionId id, base::Bytes bytes, Time now) {
  if (bytes.empty()) return;
  scratch_.assign(bytes);
  core_->hub.Received(id, {scratch_.data(), scratch_.size()}, now);
  core_->Drain(now);
  if (scratch_.capacity() > 65536) scratch_ = std::string();
}

}  // namespace rabbit_socks::server
