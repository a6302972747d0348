// SPDX-License-Identifier: MPL-2.0
// The node's side of the link and of its sockets, for tests that run a loop.
#ifndef RABBIT_SOCKS_TEST_NET_NODE_SIDE_H_
#define RABBIT_SOCKS_TEST_NET_NODE_SIDE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "net/loop.h"

namespace rabbit_socks::net {

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

// A listening socket on a free port of `address`; *port is set. -1: no such
// address here.
int NewListener(const char* address, uint16_t* port, int backlog = 128);
Peer ConnectTo(const char* address, uint16_t port);

// Two pipes and the descriptor channel.
class NodeSide {
 public:
  NodeSide();
  ~NodeSide();
  NodeSide(const NodeSide&) = delete;
  NodeSide& operator=(const NodeSide&) = delete;

  // What the loop is to be created with; it owns the descriptors then.
  const NodeEnds& ends() const { return ends_; }
  // Call once the loop has connected.
  void AcceptChannel();
  void SendDescriptor(base::Bytes message, const std::vector<int>& fds) const;

  Peer& in() { return *in_; }    // what is sent here the loop reads
  Peer& out() { return *out_; }  // what the loop wrote
  Peer& channel() { return *channel_; }

 private:
  std::string directory_;
  NodeEnds ends_;
  int listener_ = -1;
  std::unique_ptr<Peer> in_, out_, channel_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_TEST_NET_NODE_SIDE_H_
