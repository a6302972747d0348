// SPDX-License-Identifier: MPL-2.0
// The parts of the edge, and the few verbs that touch more than one of them.
//
// Whoever calls a method of the hub calls Drain afterwards: what the step asked
// for is then done before anything else happens.
#ifndef RABBIT_SOCKS_SERVER_CORE_H_
#define RABBIT_SOCKS_SERVER_CORE_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/outbox.h"
#include "base/time.h"
#include "net/loop.h"
#include "node/writer.h"
#include "server/connection_table.h"
#include "server/lifecycle.h"
#include "server/log.h"
#include "server/outbox_drain.h"
#include "server/rendezvous.h"
#include "session/hub.h"

namespace rabbit_socks::server {

class LoopSockets final : public SocketCommands {
 public:
  explicit LoopSockets(net::Loop* loop) : loop_(loop) {}
  void Write(net::SocketId socket, base::Bytes bytes) override {
    loop_->Write(socket, bytes);
  }
  void Finish(net::SocketId socket) override { loop_->Finish(socket); }
  void Reset(net::SocketId socket) override { loop_->Reset(socket); }
  void Pause(net::SocketId socket) override { loop_->Pause(socket); }
  void Resume(net::SocketId socket) override { loop_->Resume(socket); }

 private:
  net::Loop* loop_;
};

struct Core {
  // `owner` outlives this.
  Core(net::Loop* owner, uint32_t max_connections);

  // Carries out what the hub asked for, and what that leads to.
  void Drain(base::Time now);
  // A line in the node's log.
  void Note(Level level, base::Bytes text);
  // The end, by a fault of the node or of ours: one line on fd 2, exit code 1.
  void Die(base::Bytes why);
  // The end, in order.
  void Exit();

  net::Loop* loop;
  node::Writer writer;  // what the node is told at the end of the turn
  base::Outbox outbox;
  session::Hub hub;
  ConnectionTable connections;
  Rendezvous rendezvous;
  Lifecycle lifecycle;
  int exit_code = 0;
  bool ended = false;  // Die or Exit was called: nothing more is listened to

 private:
  LoopSockets sockets_;
  OutboxDrain drain_;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_CORE_H_
