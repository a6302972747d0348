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
    bool ended = false, gone = false;
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

  // The only connection. REQUIRES: there is one
  Connection& only() { return connections.begin()->second; }
  SocketId only_id() const { return SocketId{connections.begin()->first}; }

  std::vector<std::string> packets, warnings;
  int link_ends = 0;
  bool garbage = false;
  std::vector<std::pair<uint64_t, int>> descriptors;
  std::map<uint64_t, Connection> connections;
  int ticks = 0, turns = 0;

  std::function<void(SocketId)> on_connection, on_end, on_gone;
  std::function<void(SocketId, base::Bytes)> on_bytes;
  std::function<void()> on_turn_end, on_tick;
};

// A plain blocking client or server end with a time limit on its reads.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  ~Peer() { Close(); }
  Peer(Peer&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Peer(const Peer&) = delete;

  void Send(base::Bytes bytes) const;
  // What is there now or arrives within 5 s; "" at the end or on an error,
  // which is left in errno.
  std::string Receive() const;
  // All that is there now.
  std::string ReceiveNow() const;
  // At least so many bytes; fewer when the end or 5 s of silence come first.
  std::string Receive(size_t least) const;
  std::string ReceiveAll() const;
  void EndSending() const;
  void Abort();  // RST
  void Close();
  int fd() const { return fd_; }

 private:
  int fd_;
};

class LoopTest : public testing::Test {
 protected:
  LoopTest();
  ~LoopTest() override;

  // Runs the loop until `done` is true at the end of a turn. Fails after 10 s.
  void RunUntil(const std::function<bool()>& done);
  // A listening socket on a free port of `address`; *port is set.
  static int NewListener(const char* address, uint16_t* port,
                         int backlog = 128);
  // Opens a listener in the loop and connects to it.
  Peer ConnectOne();
  static Peer ConnectTo(const char* address, uint16_t port);
  void SendDescriptor(base::Bytes message, const std::vector<int>& fds) const;

  static constexpr uint64_t kListener = 7;
  Recorder events_;
  std::string directory_;
  int channel_listener_ = -1;
  std::unique_ptr<Peer> link_in_, link_out_, channel_;  // the node's ends
  std::unique_ptr<Loop> loop_;
  uint16_t port_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_TEST_NET_FIXTURE_H_
