// SPDX-License-Identifier: MPL-2.0
// The edge: owns the parts, moves bytes between them, decides nothing.
#ifndef RABBIT_SOCKS_SERVER_SERVER_H_
#define RABBIT_SOCKS_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "net/loop.h"
#include "server/core.h"
#include "server/listeners.h"
#include "server/net_events.h"
#include "server/node_commands.h"
#include "server/relays.h"

namespace rabbit_socks::server {

class Server {
 public:
  // Null when an end of the node cannot be reached: *error then says why, on
  // one line.
  static std::unique_ptr<Server> Create(net::NodeEnds ends, std::string* error);

  // Until the node says stop or goes. The exit code: 0, or 1 after a line on
  // fd 2.
  int Run();

 private:
  explicit Server(uint32_t max_connections)
      : max_connections_(max_connections) {}
  void Start();

  uint32_t max_connections_;
  NetEvents events_;
  std::unique_ptr<net::Loop>
      loop_;  // after the receiver of its events, before all that uses it
  std::unique_ptr<Core> core_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<Relays> relays_;
  std::unique_ptr<NodeCommands> commands_;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_SERVER_H_
