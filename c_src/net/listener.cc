// SPDX-License-Identifier: MPL-2.0
#include "net/listener.h"

#include <unistd.h>

#include <cerrno>

#include "net/socket_options.h"

namespace rabbit_socks::net {
namespace {

constexpr int kAcceptsPerWake = 64;
constexpr base::Time kRest = 100;
constexpr base::Time kWarnInterval = 10000;

}  // namespace

bool Listener::Open(int fd) {
  if (!IsListening(fd)) {
    close(fd);
    return false;
  }
  // Accepted sockets inherit these: one call here, none a connection.
  SetStreamOptions(fd);
  if (watch_.Open(loop_, fd, this) != 0) return false;
  watch_.Want(UV_READABLE);
  return true;
}

void Listener::Tick(base::Time now) {
  if (resume_at_ == 0 || now < resume_at_ || watch_.fd() < 0) return;
  resume_at_ = 0;
  watch_.Want(UV_READABLE);
}

void Listener::Rest() {
  const base::Time now = uv_now(loop_);
  resume_at_ = now + kRest;
  watch_.Want(0);
  if (now < warn_after_) return;
  warn_after_ = now + kWarnInterval;
  events_->OnWarning("no descriptors or memory left: new connections wait");
}

void Listener::OnReady(int /*status*/, int /*events*/) {
  // Bounded, so that a flood of connections does not starve those that are
  // there.
  for (int i = 0; i < kAcceptsPerWake && watch_.fd() >= 0; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int fd = accept4(watch_.fd(), reinterpret_cast<sockaddr*>(&peer),
                           &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      acceptor_->Accepted(id_, fd, peer);
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return Rest();
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        // Shut down by the node: it will tell us why.
        watch_.Close();
        events_->OnWarning("a listening socket has ended");
        return;
      default:
        break;  // an error of the connection that was to come: accept(2)
    }
  }
}

}  // namespace rabbit_socks::net
