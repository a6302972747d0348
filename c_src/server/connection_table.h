// SPDX-License-Identifier: MPL-2.0
// Which socket or relay a connection of the session room is, both ways.
//
// Sockets are looked up for every read and every write: two arrays by slot, 32
// bytes a connection. Relays are requests and connections of the broker's web
// context, named by a Ref of the node.
#ifndef RABBIT_SOCKS_SERVER_CONNECTION_TABLE_H_
#define RABBIT_SOCKS_SERVER_CONNECTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "net/socket_id.h"

namespace rabbit_socks::server {

struct Relay {
  base::ConnectionId id;
  bool switched = false;  // {switch, Ref, …} was sent: adopt or bytes follow
  bool relaying = false;  // the first bytes came
  bool paused = false;    // the session room wants no bytes for now
  size_t held = 0;        // bytes given to it nevertheless
};

class ConnectionTable {
 public:
  void Bind(base::ConnectionId id, net::SocketId socket);
  // An id of none when there is no such connection, or it is a relay.
  net::SocketId FindSocket(base::ConnectionId id) const;
  base::ConnectionId FindConnection(net::SocketId socket) const;
  void Erase(net::SocketId socket);
  size_t sockets() const { return bound_; }
  template <class F>
  void ForSockets(F&& f) const {
    for (const Pair& pair : by_socket_) {
      if (pair.socket) f(pair.socket);
    }
  }

  // REQUIRES: FindRelay(ref) is null
  void BindRelay(base::ConnectionId id, uint64_t ref);
  // Null: no such relay. The pointer is good until the next BindRelay or
  // EraseRelay.
  Relay* FindRelay(uint64_t ref);
  // The Ref of a connection that is a relay, or null.
  const uint64_t* FindRef(base::ConnectionId id) const;
  void EraseRelay(uint64_t ref);
  size_t relays() const { return relays_.size(); }

 private:
  struct Pair {
    base::ConnectionId id;
    net::SocketId socket;
  };
  std::vector<Pair> by_connection_, by_socket_;  // by slot
  size_t bound_ = 0;
  std::unordered_map<uint64_t, Relay> relays_;  // by Ref
  std::unordered_map<uint64_t, uint64_t>
      refs_;  // by the value of the connection's id
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_CONNECTION_TABLE_H_
