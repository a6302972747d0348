// SPDX-License-Identifier: MPL-2.0
// Carries out what a step of the session room asked for: to the sockets, or to
// the node.
#ifndef RABBIT_SOCKS_SERVER_OUTBOX_DRAIN_H_
#define RABBIT_SOCKS_SERVER_OUTBOX_DRAIN_H_

#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/outbox.h"
#include "net/socket_id.h"
#include "node/writer.h"
#include "server/connection_table.h"

namespace rabbit_socks::server {

// What is done to sockets: net::Loop, or a test's notebook.
class SocketCommands {
 public:
  virtual ~SocketCommands() = default;
  virtual void Write(net::SocketId socket, base::Bytes bytes) = 0;
  virtual void Finish(net::SocketId socket) = 0;
  virtual void Reset(net::SocketId socket) = 0;
  virtual void Pause(net::SocketId socket) = 0;
  virtual void Resume(net::SocketId socket) = 0;
};

class OutboxDrain {
 public:
  OutboxDrain(ConnectionTable* connections, SocketCommands* sockets,
              node::Writer* writer)
      : connections_(connections), sockets_(sockets), writer_(writer) {}

  // What the session room is to be told of after a run.
  struct Aftermath {
    // Relays that ended by it and are forgotten here: Disconnected, since no
    // socket will say so.
    std::vector<base::ConnectionId> ended;
    // Sessions of which something was dropped, being too large for a packet to
    // the node: they cannot go on.
    std::vector<base::SessionId> oversized;
  };

  // Carries out and clears.
  [[nodiscard]] Aftermath Run(base::Outbox* outbox);

 private:
  void ToConnection(const base::Effect& effect, const base::Outbox& outbox);
  void ToSocket(net::SocketId socket, const base::Effect& effect,
                base::Bytes data);
  void ToRelay(uint64_t ref, const base::Effect& effect,
               const base::Outbox& outbox);
  void ToSession(const base::Effect& effect, const base::Outbox& outbox);
  bool ToNode(const base::Effect& effect, const base::Outbox& outbox);
  void EndRelay(uint64_t ref);

  ConnectionTable* connections_;
  SocketCommands* sockets_;
  node::Writer* writer_;
  Aftermath aftermath_;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_OUTBOX_DRAIN_H_
