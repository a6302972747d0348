// SPDX-License-Identifier: MPL-2.0
#include "server/connection_table.h"

namespace rabbit_socks::server {

using base::ConnectionId;
using net::SocketId;

void ConnectionTable::Bind(ConnectionId id, SocketId socket) {
  if (by_connection_.size() <= id.slot())
    by_connection_.resize(id.slot() + size_t{1});
  if (by_socket_.size() <= socket.slot())
    by_socket_.resize(socket.slot() + size_t{1});
  by_connection_[id.slot()] = {id, socket};
  by_socket_[socket.slot()] = {id, socket};
  ++bound_;
}

SocketId ConnectionTable::FindSocket(ConnectionId id) const {
  if (id.slot() >= by_connection_.size()) return {};
  const Pair& pair = by_connection_[id.slot()];
  return pair.id == id ? pair.socket : SocketId{};
}

ConnectionId ConnectionTable::FindConnection(SocketId socket) const {
  if (socket.slot() >= by_socket_.size()) return {};
  const Pair& pair = by_socket_[socket.slot()];
  return pair.socket == socket ? pair.id : ConnectionId{};
}

void ConnectionTable::Erase(SocketId socket) {
  const ConnectionId id = FindConnection(socket);
  if (!id) return;
  by_socket_[socket.slot()] = {};
  if (FindSocket(id) == socket) by_connection_[id.slot()] = {};
  --bound_;
}

void ConnectionTable::BindRelay(ConnectionId id, uint64_t ref) {
  Relay relay;
  relay.id = id;
  relays_.emplace(ref, relay);
  refs_.emplace(id.value, ref);
}

Relay* ConnectionTable::FindRelay(uint64_t ref) {
  const auto found = relays_.find(ref);
  return found == relays_.end() ? nullptr : &found->second;
}

const uint64_t* ConnectionTable::FindRef(ConnectionId id) const {
  const auto found = refs_.find(id.value);
  return found == refs_.end() ? nullptr : &found->second;
}

void ConnectionTable::EraseRelay(uint64_t ref) {
  const auto found = relays_.find(ref);
  if (found == relays_.end()) return;
  refs_.erase(found->second.id.value);
  relays_.erase(found);
}

}  // namespace rabbit_socks::server
