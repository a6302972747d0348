// SPDX-License-Identifier: MPL-2.0
#include "net/fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
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

void Recorder::OnPacket(base::Bytes packet, base::Time /*now*/) {
  packets.emplace_back(packet);
}

void Recorder::OnLinkEnd(bool is_garbage) {
  ++link_ends;
  garbage = is_garbage;
}

void Recorder::OnDescriptor(uint64_t id, int fd, base::Time /*now*/) {
  descriptors.emplace_back(id, fd);
}

void Recorder::OnConnection(uint64_t listener, SocketId socket,
                            const Address& peer, const Address& local,
                            base::Time /*now*/) {
  EXPECT_EQ(connections.count(socket.value), 0U);
  Connection& c = connections[socket.value];
  c.listener = listener;
  c.peer = peer;
  c.local = local;
  if (on_connection) on_connection(socket);
}

void Recorder::OnBytes(SocketId socket, std::span<char> bytes,
                       base::Time /*now*/) {
  Connection& c = connections[socket.value];
  EXPECT_FALSE(c.ended || c.gone);
  ++c.reads;
  c.bytes.append(bytes.data(), bytes.size());
  if (on_bytes) on_bytes(socket, base::Bytes(bytes.data(), bytes.size()));
}

void Recorder::OnEnd(SocketId socket, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].ended);
  connections[socket.value].ended = true;
  if (on_end) on_end(socket);
}

void Recorder::OnGone(SocketId socket, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].gone);
  connections[socket.value].gone = true;
  if (on_gone) on_gone(socket);
}

void Recorder::OnQueued(SocketId socket, size_t queued, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].gone);
  connections[socket.value].queued.push_back(queued);
}

void Recorder::OnTick(base::Time /*now*/) {
  ++ticks;
  if (on_tick) on_tick();
}

void Recorder::OnTurnEnd(base::Time /*now*/) {
  ++turns;
  if (on_turn_end) on_turn_end();
}

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

LoopTest::LoopTest() {
  std::string pattern = testing::TempDir() + "rabbit_socks_net_XXXXXX";
  directory_ = mkdtemp(pattern.data());
  NodeEnds ends;
  ends.channel_path = directory_ + "/fd";
  ends.max_packet = 1 << 20;

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, ends.channel_path.c_str(),
               sizeof address.sun_path - 1);
  channel_listener_ = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(channel_listener_, reinterpret_cast<sockaddr*>(&address),
                 sizeof address),
            0);
  EXPECT_EQ(listen(channel_listener_, 1), 0);

  std::array<int, 2> in{};
  std::array<int, 2> out{};
  EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  ends.link_in = in[0];
  link_in_ = std::make_unique<Peer>(in[1]);
  ends.link_out = out[1];
  link_out_ = std::make_unique<Peer>(out[0]);

  std::string error;
  loop_ = Loop::Create(ends, &events_, &error);
  EXPECT_NE(loop_, nullptr) << error;
  channel_ = std::make_unique<Peer>(
      accept4(channel_listener_, nullptr, nullptr, SOCK_CLOEXEC));
}

LoopTest::~LoopTest() {
  loop_.reset();
  close(channel_listener_);
  unlink((directory_ + "/fd").c_str());
  rmdir(directory_.c_str());
}

void LoopTest::RunUntil(const std::function<bool()>& done) {
  const int last_tick = events_.ticks + 100;
  auto before = events_.on_turn_end;
  bool reached = false;
  events_.on_turn_end = [&] {
    if (before) before();
    reached = reached || done();
    if (reached || events_.ticks > last_tick) loop_->Stop();
  };
  loop_->Run();
  events_.on_turn_end = before;
  EXPECT_TRUE(reached) << "the condition did not come about";
}

int LoopTest::NewListener(const char* address, uint16_t* port, int backlog) {
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

Peer LoopTest::ConnectTo(const char* address, uint16_t port) {
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

Peer LoopTest::ConnectOne() {
  if (port_ == 0) {
    EXPECT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &port_)));
  }
  return ConnectTo("127.0.0.1", port_);
}

void LoopTest::SendDescriptor(base::Bytes message,
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
