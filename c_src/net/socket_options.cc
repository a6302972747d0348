// SPDX-License-Identifier: MPL-2.0
#include "net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rabbit_socks::net {
namespace {

// Longer than every limit of the session room, which decides when it can see
// the peer; this is for bytes in the kernel that no limit of ours covers.
constexpr unsigned kUserTimeoutMs = 60000;
// Row R04: the hixie drafts have no ping of their own, so that only the kernel
// can find out that a silent peer is gone. What does not answer its probes is
// given up after the user timeout.
constexpr int kKeepAliveIdleS = 60;
constexpr int kKeepAliveIntervalS = 15;

// -1 when the option cannot be had.
int Option(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

bool IsTcp(int fd) {
  const int domain = Option(fd, SOL_SOCKET, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) &&
         Option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
}

}  // namespace

bool IsListening(int fd) {
  return IsTcp(fd) && Option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
}

bool IsConnectable(int fd) {
  return IsTcp(fd) && Option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0;
}

void SetStreamOptions(int fd) {
  // Neither can fail on a TCP socket, and we would work without them.
  const int on = 1;
  static_cast<void>(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  static_cast<void>(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
                               &kUserTimeoutMs, sizeof kUserTimeoutMs));
  static_cast<void>(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
  static_cast<void>(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &kKeepAliveIdleS,
                               sizeof kKeepAliveIdleS));
  static_cast<void>(setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL,
                               &kKeepAliveIntervalS,
                               sizeof kKeepAliveIntervalS));
}

void ResetOnClose(int fd) {
  const linger now{1, 0};
  static_cast<void>(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now));
}

}  // namespace rabbit_socks::net
