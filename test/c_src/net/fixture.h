// SPDX-License-Identifier: MPL-2.0
// A loop between pipes and loopback sockets, driven until something is true.
#ifndef RABBIT_SOCKS_TEST_NET_FIXTURE_H_
#define RABBIT_SOCKS_TEST_NET_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.h"
#include "net/node_side.h"

namespace rabbit_socks::net {

// Writes down what it is told. Hooks run inside the callback, as a server's
// code would.
class Recorder : public Events {
 public:
  struct Connection {
    uint64_t listener = 0;
    Address peer, local;
    std::string bytes;
    int reads = 0;
    bool secured = false, ended = false, gone = false;
    std::string certificate, failure;  // of TLS
    std::vector<size_t> queued;
  };

  void OnPacket(base::Bytes packet, base::Time now) override;
  void OnLinkEnd(bool garbage) override;
  void OnDescriptor(uint64_t id, int fd, base::Time now) override;
  void OnConnection(uint64_t listener, SocketId socket, const Address& peer,
                    const Address& local, base::Time now) override;
  void OnBytes(SocketId socket, std::span<char> bytes, base::Time now) override;
  void OnEnd(SocketId socket, base::Time now) override;
  void OnGone(SocketId socket, base::Time now) override;
  void OnQueued(SocketId socket, size_t queued, base::Time now) override;
  void OnTick(base::Time now) override;
  void OnTurnEnd(base::Time now) override;
  void OnWarning(base::Bytes text) override { warnings.emplace_back(text); }
  void OnSecured(SocketId socket, base::Bytes certificate,
                 base::Time now) override;
  void OnHandshakeFailed(SocketId socket, base::Bytes why,
                         base::Time now) override;
  void OnTlsReport(uint64_t listener, bool error, base::Bytes text) override;

  // The only connection. REQUIRES: there is one
  Connection& only() { return connections.begin()->second; }
  SocketId only_id() const { return SocketId{connections.begin()->first}; }

  std::vector<std::string> packets, warnings, tls_reports;
  int link_ends = 0;
  bool garbage = false;
  std::vector<std::pair<uint64_t, int>> descriptors;
  std::map<uint64_t, Connection> connections;
  int ticks = 0, turns = 0;

  std::function<void(SocketId)> on_connection, on_secured, on_end, on_gone;
  std::function<void(SocketId, base::Bytes)> on_bytes;
  std::function<void()> on_turn_end, on_tick;
};

class LoopTest : public testing::Test {
 protected:
  LoopTest();

  // Runs the loop until `done` is true at the end of a turn. Fails after 10 s.
  void RunUntil(const std::function<bool()>& done);
  // Opens a listener in the loop and connects to it.
  Peer ConnectOne();
  static constexpr uint64_t kListener = 7;

  Recorder events_;
  NodeSide node_;
  std::unique_ptr<Loop> loop_;
  uint16_t port_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_TEST_NET_FIXTURE_H_
