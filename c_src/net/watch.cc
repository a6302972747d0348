// SPDX-License-Identifier: MPL-2.0
#include "net/watch.h"

#include <unistd.h>

#include "base/check.h"

namespace rabbit_socks::net {
namespace {

void OnPoll(uv_poll_t* poll, int status, int events) {
  auto* owner = static_cast<Watched*>(poll->data);
  if (owner == nullptr) return;
  owner->OnReady(status, events);
}

}  // namespace

int Watch::Open(uv_loop_t* loop, int fd, Watched* owner) {
  Close();
  fd_ = fd;
  int error = 0;
  poll_ = MakeHandle<uv_poll_t>(
      owner, [&](uv_poll_t* poll) { return uv_poll_init(loop, poll, fd); },
      &error);
  if (error != 0) Close();
  return error;
}

void Watch::Want(int events) {
  if (events == wanted_) return;
  wanted_ = events;
  const int error = uv_poll_start(poll_.get(), events, OnPoll);
  RS_CHECK(error == 0, "a descriptor is watched twice");
}

void Watch::Close() {
  // In this order: the descriptor may be shared with another process, so that
  // closing it first would leave it in the kernel's interest list.
  poll_.reset();
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  wanted_ = 0;
}

}  // namespace rabbit_socks::net
