// SPDX-License-Identifier: MPL-2.0
#include "net/node_side.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace rabbit_socks::net {

void Peer::Send(base::Bytes bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = write(fd_, bytes.data(), bytes.size());
    ASSERT_GT(sent, 0) << std::strerror(errno);
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Peer::Receive() const {
  pollfd readable{fd_, POLLIN, 0};
  EXPECT_EQ(poll(&readable, 1, 5000), 1) << "nothing arrived";
  return ReceiveNow();
}

std::string Peer::ReceiveNow() const {
  std::string bytes;
  pollfd readable{fd_, POLLIN, 0};
  errno = 0;
  while (poll(&readable, 1, 0) == 1) {
    const size_t before = bytes.size();
    bytes.resize(before + 65536);
    const ssize_t got = read(fd_, bytes.data() + before, 65536);
    bytes.resize(before + (got < 0 ? 0 : static_cast<size_t>(got)));
    if (got <= 0) break;
  }
  return bytes;
}

std::string Peer::Receive(size_t least) const {
  std::string all;
  while (all.size() < least) {
    const std::string piece = Receive();
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

std::string Peer::ReceiveAll() const {
  std::string all;
  for (;;) {
    const std::string piece = Receive();
    if (piece.empty()) return all;
    all += piece;
  }
}

void Peer::EndSending() const { EXPECT_EQ(shutdown(fd_, SHUT_WR), 0); }

void Peer::Abort() {
  const linger now{1, 0};
  EXPECT_EQ(setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
  Close();
}

void Peer::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

int NewListener(const char* address, uint16_t* port, int backlog) {
  const bool v6 = std::strchr(address, ':') != nullptr;
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (v6) {
    const int off = 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 a{};
    a.sin6_family = AF_INET6;
    inet_pton(AF_INET6, address, &a.sin6_addr);
    std::memcpy(&storage, &a, size = sizeof a);
  } else {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    inet_pton(AF_INET, address, &a.sin_addr);
    std::memcpy(&storage, &a, size = sizeof a);
  }
  if (bind(fd, reinterpret_cast<sockaddr*>(&storage), size) != 0 ||
      listen(fd, backlog) != 0) {
    close(fd);
    return -1;
  }
  *port = LocalAddress(fd).port;
  return fd;
}

Peer ConnectTo(const char* address, uint16_t port) {
  const bool v6 = std::strchr(address, ':') != nullptr;
  const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = 0;
  if (v6) {
    sockaddr_in6 a{};
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(port);
    inet_pton(AF_INET6, address, &a.sin6_addr);
    result = connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a);
  } else {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    inet_pton(AF_INET, address, &a.sin_addr);
    result = connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a);
  }
  EXPECT_EQ(result, 0) << std::strerror(errno);
  return Peer(fd);
}

NodeSide::NodeSide() {
  std::string pattern = testing::TempDir() + "rabbit_socks_net_XXXXXX";
  directory_ = mkdtemp(pattern.data());
  ends_.channel_path = directory_ + "/fd";
  ends_.max_packet = 1 << 20;

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  EXPECT_LT(ends_.channel_path.size(), sizeof address.sun_path);
  ends_.channel_path.copy(address.sun_path, sizeof address.sun_path - 1);
  listener_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  EXPECT_EQ(
      bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address),
      0);
  EXPECT_EQ(listen(listener_, 1), 0);

  std::array<int, 2> in{};
  std::array<int, 2> out{};
  EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  ends_.link_in = in[0];
  in_ = std::make_unique<Peer>(in[1]);
  ends_.link_out = out[1];
  out_ = std::make_unique<Peer>(out[0]);
}

NodeSide::~NodeSide() {
  close(listener_);
  unlink(ends_.channel_path.c_str());
  rmdir(directory_.c_str());
}

void NodeSide::AcceptChannel() {
  channel_ = std::make_unique<Peer>(
      accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
}

void NodeSide::SendDescriptor(base::Bytes message,
                              const std::vector<int>& fds) const {
  iovec part{const_cast<char*>(message.data()), message.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, 1024> control{};
  if (!fds.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    std::memcpy(CMSG_DATA(c), fds.data(), sizeof(int) * fds.size());
  }
  EXPECT_EQ(sendmsg(channel_->fd(), &header, 0),
            static_cast<ssize_t>(message.size()));
}

}  // namespace rabbit_socks::net
