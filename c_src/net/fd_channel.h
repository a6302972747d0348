// SPDX-License-Identifier: MPL-2.0
// The Unix socket by which the node passes descriptors: docs/PORT_PROTOCOL.md.
//
// A message is 8 bytes, an Id in big-endian order, and one descriptor
// (SCM_RIGHTS). Linux only, as is the idea.
#ifndef RABBIT_SOCKS_NET_FD_CHANNEL_H_
#define RABBIT_SOCKS_NET_FD_CHANNEL_H_

#include <string>

#include "net/events.h"
#include "net/watch.h"

namespace rabbit_socks::net {

class FdChannel final : public Watched {
 public:
  FdChannel(uv_loop_t* loop, Events* events) : loop_(loop), events_(events) {}

  // 0 or a negative libuv code. Blocks for as long as the node's backlog is
  // full.
  [[nodiscard]] int Connect(const std::string& path);
  void OnReady(int status, int events) override;

 private:
  enum class Received : unsigned char { kMessage, kNothing, kEnd };
  Received ReceiveOne();

  uv_loop_t* loop_;
  Events* events_;
  Watch watch_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_FD_CHANNEL_H_
