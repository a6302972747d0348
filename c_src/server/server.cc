// SPDX-License-Identifier: MPL-2.0
#include "server/server.h"

#include <unistd.h>

#include "node/messages.h"
#include "server/descriptors.h"

namespace rabbit_socks::server {

std::unique_ptr<Server> Server::Create(net::NodeEnds ends, std::string* error) {
  std::unique_ptr<Server> server(
      new Server(MaxConnections(RaiseDescriptorLimit())));
  ends.max_packet = node::kMaxPacket;
  server->loop_ = net::Loop::Create(ends, &server->events_, error);
  if (!server->loop_) return nullptr;
  server->Start();
  return server;
}

void Server::Start() {
  core_ = std::make_unique<Core>(loop_.get(), max_connections_);
  listeners_ = std::make_unique<Listeners>(core_.get());
  relays_ = std::make_unique<Relays>(core_.get());
  commands_ = std::make_unique<NodeCommands>(core_.get(), listeners_.get(),
                                             relays_.get());
  events_.Start(core_.get(), listeners_.get(), relays_.get(), commands_.get());
  core_->writer.Hello(RABBIT_SOCKS_VERSION, getpid());
}

int Server::Run() {
  loop_->Run();
  return core_->exit_code;
}

}  // namespace rabbit_socks::server
