// SPDX-License-Identifier: MPL-2.0
// What the loop reports, handed to the session room and the node's commands.
#ifndef RABBIT_SOCKS_SERVER_NET_EVENTS_H_
#define RABBIT_SOCKS_SERVER_NET_EVENTS_H_

#include "net/events.h"
#include "server/core.h"
#include "server/listeners.h"
#include "server/memory.h"
#include "server/node_commands.h"
#include "server/relays.h"

namespace rabbit_socks::server {

class NetEvents final : public net::Events {
 public:
  // The loop needs its receiver before the other parts can be made: Start gives
  // them. They outlive every event.
  void Start(Core* core, Listeners* listeners, Relays* relays,
             NodeCommands* commands);

  void OnPacket(base::Bytes packet, base::Time now) override;
  void OnLinkEnd(bool garbage) override;
  void OnDescriptor(uint64_t id, int fd, base::Time now) override;
  void OnConnection(uint64_t listener, net::SocketId socket,
                    const net::Address& peer, const net::Address& local,
                    base::Time now) override;
  void OnSecured(net::SocketId socket, base::Bytes certificate,
                 base::Time now) override;
  void OnHandshakeFailed(net::SocketId socket, base::Bytes why,
                         base::Time now) override;
  void OnBytes(net::SocketId socket, std::span<char> bytes,
               base::Time now) override;
  void OnEnd(net::SocketId socket, base::Time now) override;
  void OnGone(net::SocketId socket, base::Time now) override;
  void OnQueued(net::SocketId socket, size_t queued, base::Time now) override;
  void OnTick(base::Time now) override;
  void OnTurnEnd(base::Time now) override;
  void OnWarning(base::Bytes text) override;
  void OnTlsReport(uint64_t listener, bool error, base::Bytes text) override;

 private:
  void Refuse(net::SocketId socket);
  void ExpireDescriptors(base::Time now);
  void CheckLifecycle(base::Time now);

  Core* core_ = nullptr;
  Listeners* listeners_ = nullptr;
  Relays* relays_ = nullptr;
  NodeCommands* commands_ = nullptr;
  MemoryWatch memory_;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_NET_EVENTS_H_
