// SPDX-License-Identifier: MPL-2.0
// A descriptor that we own, and what we want to hear of it.
#ifndef RABBIT_SOCKS_NET_WATCH_H_
#define RABBIT_SOCKS_NET_WATCH_H_

#include "net/handle.h"

namespace rabbit_socks::net {

class Watched {
 public:
  // `status` below 0: the descriptor is in error and no longer watched; what
  // was received before can still be read. Otherwise `events` is a set of
  // UV_READABLE, UV_WRITABLE and UV_DISCONNECT.
  virtual void OnReady(int status, int events) = 0;

 protected:
  ~Watched() = default;  // owners are never destroyed through this
};

class Watch {
 public:
  Watch() = default;
  ~Watch() { Close(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Takes `fd`, also when it fails. 0 or a negative libuv code. `owner` must
  // outlive this. Watches nothing until Want.
  [[nodiscard]] int Open(uv_loop_t* loop, int fd, Watched* owner);
  // The events to be told of from now on; level-triggered. REQUIRES: open
  void Want(int events);
  // Closes the descriptor. Idempotent.
  void Close();

  int fd() const { return fd_; }

 private:
  Handle<uv_poll_t> poll_;
  int fd_ = -1;
  int wanted_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_WATCH_H_
