// SPDX-License-Identifier: MPL-2.0
#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

using ListenerTest = LoopTest;

TEST_F(ListenerTest, TellsBothAddresses) {
  const Peer peer = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 1; });
  const Recorder::Connection& c = events_.only();
  EXPECT_EQ(c.listener, kListener);
  EXPECT_EQ(c.peer.text, "127.0.0.1");
  EXPECT_EQ(c.peer.port, LocalAddress(peer.fd()).port);
  EXPECT_EQ(c.local.text, "127.0.0.1");
  EXPECT_EQ(c.local.port, port_);
}

TEST_F(ListenerTest, ADualListenerShowsBothFamiliesAsTheyAre) {
  uint16_t port = 0;
  const int fd = NewListener("::", &port);
  if (fd < 0) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(loop_->Listen(kListener, fd));
  const Peer v4 = ConnectTo("127.0.0.1", port);
  RunUntil([&] { return events_.connections.size() == 1; });
  EXPECT_EQ(events_.only().peer.text, "127.0.0.1");
  EXPECT_EQ(events_.only().local.text, "127.0.0.1");
  const Peer v6 = ConnectTo("::1", port);
  RunUntil([&] { return events_.connections.size() == 2; });
  EXPECT_EQ(events_.connections.rbegin()->second.peer.text, "::1");
}

// One call on the listening socket serves all: looks at the accepted socket by
// way of its number, which is the highest in use.
TEST_F(ListenerTest, AcceptedSocketsDoNotDelayOrBlockAndAreProbed) {
  const Peer peer = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 1; });
  int fd = -1;
  for (int candidate = 3; candidate < 256; ++candidate) {
    sockaddr_storage far{};
    socklen_t size = sizeof far;
    if (getpeername(candidate, reinterpret_cast<sockaddr*>(&far), &size) == 0 &&
        ToAddress(far).port == LocalAddress(peer.fd()).port)
      fd = candidate;
  }
  ASSERT_GE(fd, 0);
  int value = 0;
  socklen_t size = sizeof value;
  ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
  EXPECT_NE(value, 0);
  ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &size), 0);
  EXPECT_EQ(value, 60000);
  ASSERT_EQ(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size), 0);
  EXPECT_NE(value, 0) << "R04";
  ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, &size), 0);
  EXPECT_EQ(value, 60);
  ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &value, &size), 0);
  EXPECT_EQ(value, 15);
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(ListenerTest, AFloodIsAcceptedOverSeveralTurns) {
  ASSERT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &port_, 1024)));
  std::vector<Peer> peers;
  for (int i = 0; i < 200; ++i) peers.push_back(ConnectTo("127.0.0.1", port_));
  size_t before = 0;
  size_t most = 0;
  events_.on_turn_end = [&] {
    most = std::max(most, events_.connections.size() - before);
    before = events_.connections.size();
  };
  RunUntil([&] { return events_.connections.size() == 200; });
  EXPECT_LE(most, 64U);
}

TEST_F(ListenerTest, UnlistenLeavesTheSocketToItsOwner) {
  const int fd = NewListener("127.0.0.1", &port_);
  const int nodes_copy = dup(fd);
  ASSERT_TRUE(loop_->Listen(kListener, fd));
  loop_->Unlisten(kListener);
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  const Peer peer = ConnectTo("127.0.0.1", port_);  // waits in the backlog
  const int ticks = events_.ticks;
  RunUntil([&] { return events_.ticks > ticks + 1; });
  EXPECT_TRUE(events_.connections.empty());
  // Another edge takes the same socket on.
  ASSERT_TRUE(loop_->Listen(kListener + 1, nodes_copy));
  RunUntil([&] { return events_.connections.size() == 1; });
  EXPECT_EQ(events_.only().listener, kListener + 1);
}

TEST_F(ListenerTest, UnlistenWithinAConnectionStopsAccepting) {
  ASSERT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &port_)));
  std::vector<Peer> peers;
  for (int i = 0; i < 5; ++i) peers.push_back(ConnectTo("127.0.0.1", port_));
  events_.on_connection = [&](SocketId) { loop_->Unlisten(kListener); };
  const int ticks = events_.ticks;
  RunUntil([&] { return events_.ticks > ticks + 1; });
  EXPECT_EQ(events_.connections.size(), 1U);
  EXPECT_FALSE(events_.only().gone);
}

TEST_F(ListenerTest, AKnownListenerGetsTheNewDescriptor) {
  ASSERT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &port_)));
  uint16_t second = 0;
  ASSERT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &second)));
  const Peer peer = ConnectTo("127.0.0.1", second);
  RunUntil([&] { return events_.connections.size() == 1; });
  EXPECT_EQ(events_.only().local.port, second);
}

TEST_F(ListenerTest, OtherDescriptorsAreRefusedAndClosed) {
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(loop_->Listen(1, udp));
  EXPECT_EQ(fcntl(udp, F_GETFD), -1);
  const int idle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(loop_->Listen(1, idle));
  EXPECT_EQ(fcntl(idle, F_GETFD), -1);
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(loop_->Listen(1, file));
  EXPECT_EQ(fcntl(file, F_GETFD), -1);
}

// Attack row R01.
TEST_F(ListenerTest, ExhaustedDescriptorsPauseAcceptingAndNothingElse) {
  const Peer old = ConnectOne();
  events_.on_bytes = [&](SocketId socket, base::Bytes bytes) {
    loop_->Write(socket, bytes);
  };
  RunUntil([&] { return events_.connections.size() == 1; });
  const uint64_t old_id = events_.only_id().value;
  old.Send("before");
  RunUntil([&] { return events_.only().reads == 1; });
  EXPECT_EQ(old.Receive(), "before");

  // The next descriptor that accept would get is above the limit.
  const Peer waiting = ConnectTo("127.0.0.1", port_);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next = dup(0);
  close(next);
  const rlimit low{static_cast<rlim_t>(next), limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const int turns = events_.turns;
  const int ticks = events_.ticks;
  RunUntil([&] { return events_.ticks >= ticks + 4; });
  EXPECT_EQ(events_.connections.size(), 1U);
  EXPECT_EQ(events_.warnings.size(), 1U);
  // A turn for each tick and each attempt to accept, not a busy loop.
  EXPECT_LE(events_.turns - turns, 20);
  old.Send("still here");
  RunUntil([&] { return events_.connections[old_id].reads == 2; });
  EXPECT_EQ(old.Receive(), "still here");

  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  RunUntil([&] { return events_.connections.size() == 2; });
  waiting.Send("now");
  RunUntil([&] { return events_.connections.rbegin()->second.reads == 1; });
  EXPECT_EQ(waiting.Receive(), "now");
}

TEST_F(ListenerTest, ASocketThatTheNodeShutsDownIsLeftAlone) {
  const int fd = NewListener("127.0.0.1", &port_);
  const int nodes_copy = dup(fd);
  ASSERT_TRUE(loop_->Listen(kListener, fd));
  shutdown(nodes_copy, SHUT_RDWR);
  RunUntil([&] { return events_.warnings.size() == 1; });
  const int turns = events_.turns;
  const int ticks = events_.ticks;
  RunUntil([&] { return events_.ticks >= ticks + 2; });
  EXPECT_LE(events_.turns - turns, 10);
  close(nodes_copy);
}

}  // namespace
}  // namespace rabbit_socks::net
