// SPDX-License-Identifier: MPL-2.0
#include "net/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

// One client, connected to the loop.
class SocketTest : public LoopTest {
 protected:
  SocketTest() : peer_(ConnectOne()) {
    RunUntil([&] { return events_.connections.size() == 1; });
    id_ = events_.only_id();
  }
  void RunTicks(int count) {
    const int until = events_.ticks + count;
    RunUntil([&] { return events_.ticks >= until; });
  }
  bool gone() { return events_.only().gone; }
  Peer peer_;
  SocketId id_;
};

TEST_F(SocketTest, EchoInOneWriteATurn) {
  events_.on_bytes = [&](SocketId socket, base::Bytes bytes) {
    for (const char& byte : bytes) loop_->Write(socket, {&byte, 1});
  };
  peer_.Send("gathered");
  RunUntil([&] { return events_.only().reads == 1; });
  EXPECT_EQ(peer_.Receive(), "gathered");  // one segment, as NODELAY sends it
  EXPECT_EQ(events_.only().queued, std::vector<size_t>{0});
}

TEST_F(SocketTest, PausedIsNotReadUntilResumed) {
  loop_->Pause(id_);
  peer_.Send("early");
  RunTicks(2);
  EXPECT_EQ(events_.only().reads, 0);
  loop_->Resume(id_);
  RunUntil([&] { return events_.only().reads == 1; });
  EXPECT_EQ(events_.only().bytes, "early");
}

TEST_F(SocketTest, PauseWithinAReadHoldsTheNextOne) {
  events_.on_bytes = [&](SocketId socket, base::Bytes) {
    loop_->Pause(socket);
  };
  peer_.Send("first");
  RunUntil([&] { return events_.only().reads == 1; });
  peer_.Send("second");
  RunTicks(2);
  EXPECT_EQ(events_.only().bytes, "first");
  loop_->Resume(id_);
  RunUntil([&] { return events_.only().reads == 2; });
  EXPECT_EQ(events_.only().bytes, "firstsecond");
}

TEST_F(SocketTest, TheEndOfThePeerIsToldOnceAndWritingGoesOn) {
  peer_.Send("last words");
  peer_.EndSending();
  RunUntil([&] { return events_.only().ended; });
  EXPECT_EQ(events_.only().bytes, "last words");
  const int turns = events_.turns;
  RunTicks(3);
  EXPECT_LE(events_.turns - turns, 12);  // no busy loop on the end
  EXPECT_FALSE(gone());
  loop_->Write(id_, "answer");
  loop_->Finish(id_);
  RunUntil([&] { return gone(); });
  EXPECT_EQ(peer_.ReceiveAll(), "answer");
  EXPECT_EQ(errno, 0);
}

TEST_F(SocketTest, TheEndOfAPausedPeerWaitsWithoutABusyLoop) {
  loop_->Pause(id_);
  peer_.Send("kept");
  peer_.EndSending();
  const int turns = events_.turns;
  RunTicks(3);
  EXPECT_LE(events_.turns - turns, 12);
  EXPECT_FALSE(events_.only().ended);
  loop_->Resume(id_);
  RunUntil([&] { return events_.only().ended; });
  EXPECT_EQ(events_.only().bytes, "kept");
}

TEST_F(SocketTest, AResetIsNoticedEvenWhilePaused) {
  loop_->Pause(id_);
  RunTicks(1);
  peer_.Abort();
  RunUntil([&] { return gone(); });
  EXPECT_EQ(loop_->sockets(), 0U);
}

TEST_F(SocketTest, WhatCameBeforeAResetIsDelivered) {
  peer_.Send("before the reset");
  peer_.Abort();
  RunUntil([&] { return gone(); });
  EXPECT_EQ(events_.only().bytes, "before the reset");
  EXPECT_FALSE(events_.only().ended);
}

TEST_F(SocketTest, ASlowPeerIsReportedAsItTakesBytes) {
  const std::string sent(8 << 20, 'q');
  loop_->Write(id_, sent);
  RunUntil([&] { return !events_.only().queued.empty(); });
  size_t received = 0;
  events_.on_turn_end = [&] { received += peer_.ReceiveNow().size(); };
  RunUntil([&] { return events_.only().queued.back() == 0; });
  received += peer_.Receive(sent.size() - received).size();
  EXPECT_EQ(received, sent.size());
  const std::vector<size_t>& queued = events_.only().queued;
  EXPECT_GE(queued.size(),
            2U);  // how many steps it takes is the kernel's choice
  EXPECT_LT(queued.front(), sent.size());
  for (size_t i = 1; i < queued.size(); ++i)
    EXPECT_LT(queued[i], queued[i - 1]);
}

TEST_F(SocketTest, ASlowPeerCanStillBeRead) {
  loop_->Write(id_, std::string(8 << 20, 'q'));
  RunUntil([&] { return !events_.only().queued.empty(); });
  peer_.Send("I am slow");
  RunUntil([&] { return events_.only().reads == 1; });
  EXPECT_EQ(events_.only().bytes, "I am slow");
}

TEST_F(SocketTest, FinishFlushesEndsAndWaitsForThePeersEnd) {
  loop_->Write(id_, "goodbye");
  loop_->Finish(id_);
  loop_->Write(id_, "too late");
  RunTicks(2);
  EXPECT_EQ(peer_.ReceiveAll(), "goodbye");
  EXPECT_EQ(errno, 0);
  EXPECT_FALSE(gone());
  peer_.Send("dropped");
  RunTicks(2);
  EXPECT_EQ(events_.only().reads, 0);
  peer_.Close();
  RunUntil([&] { return gone(); });
}

TEST_F(SocketTest, FinishFlushesMoreThanTheKernelTakesAtOnce) {
  loop_->Write(id_, std::string(8 << 20, 'q'));
  loop_->Finish(id_);
  size_t received = 0;
  events_.on_turn_end = [&] { received += peer_.ReceiveNow().size(); };
  RunUntil([&] {
    return !events_.only().queued.empty() && events_.only().queued.back() == 0;
  });
  received += peer_.ReceiveAll().size();
  EXPECT_EQ(received, size_t{8 << 20});
  peer_.Close();
  RunUntil([&] { return gone(); });
}

TEST_F(SocketTest, FinishOfAPausedSocketDropsWhatIsUnread) {
  loop_->Pause(id_);
  peer_.Send("never read");
  RunTicks(1);
  loop_->Write(id_, "answer");
  loop_->Finish(id_);
  RunTicks(2);
  EXPECT_EQ(peer_.ReceiveAll(), "answer");  // no reset overtakes it
  EXPECT_EQ(errno, 0);
  peer_.Close();
  RunUntil([&] { return gone(); });
  EXPECT_EQ(events_.only().reads, 0);
}

TEST_F(SocketTest, APeerThatDoesNotEndIsClosedAfterTwoSeconds) {
  loop_->Finish(id_);
  RunTicks(10);
  EXPECT_FALSE(gone());
  RunUntil([&] { return gone(); });
  EXPECT_EQ(loop_->sockets(), 0U);
}

TEST_F(SocketTest, ResetDropsWhatIsQueued) {
  loop_->Write(id_, "never seen");
  loop_->Reset(id_);
  EXPECT_FALSE(gone());  // told from the loop, not from inside the call
  RunUntil([&] { return gone(); });
  EXPECT_EQ(peer_.Receive(), "");
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(SocketTest, ResetWithinAReadIsTheEnd) {
  events_.on_bytes = [&](SocketId socket, base::Bytes) {
    loop_->Write(socket, "never seen");
    loop_->Reset(socket);
    loop_->Finish(socket);
    loop_->Resume(socket);
  };
  peer_.Send("x");
  RunUntil([&] { return gone(); });
  EXPECT_EQ(peer_.Receive(), "");
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(SocketTest, ResetWhileFinishing) {
  loop_->Write(id_, std::string(8 << 20, 'q'));
  loop_->Finish(id_);
  RunUntil([&] { return !events_.only().queued.empty(); });
  loop_->Reset(id_);
  RunUntil([&] { return gone(); });
}

TEST_F(SocketTest, ASocketMayEndAnotherOneOfTheSameTurn) {
  const Peer second = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 2; });
  events_.on_bytes = [&](SocketId, base::Bytes) {
    for (const auto& [id, c] : events_.connections) loop_->Reset(SocketId{id});
  };
  peer_.Send("a");
  second.Send("b");
  RunUntil([&] { return loop_->sockets() == 0; });
  int reads = 0;
  for (const auto& [id, c] : events_.connections) {
    EXPECT_TRUE(c.gone);
    reads += c.reads;
  }
  EXPECT_EQ(reads, 1);
}

TEST_F(SocketTest, WhatGoneCausesIsDoneInTheSameTurn) {
  const Peer second = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 2; });
  const SocketId other{events_.connections.rbegin()->first};
  events_.on_gone = [&](SocketId) { loop_->Write(other, "one has left"); };
  peer_.Abort();
  RunUntil([&] { return gone(); });
  EXPECT_EQ(second.Receive(), "one has left");
}

TEST_F(SocketTest, AnIdThatIsGoneNamesNobody) {
  loop_->Reset(id_);
  RunUntil([&] { return gone(); });
  const Peer next = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 2; });
  loop_->Write(id_, "to nobody");
  loop_->Reset(id_);
  loop_->Write(SocketId{}, "to nobody");
  RunTicks(1);
  EXPECT_EQ(loop_->sockets(), 1U);
  EXPECT_EQ(recv(next.fd(), &id_, 1, MSG_DONTWAIT), -1);
}

TEST_F(SocketTest, AdoptedIsPausedUntilResumed) {
  uint16_t port = 0;
  const int listener = NewListener("127.0.0.1", &port);
  const Peer client = ConnectTo("127.0.0.1", port);
  const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener);
  client.Send("early");
  const SocketId adopted = loop_->Adopt(fd);
  ASSERT_TRUE(adopted);
  RunTicks(2);
  EXPECT_EQ(events_.connections.count(adopted.value), 0U);
  loop_->Resume(adopted);
  RunUntil([&] { return events_.connections[adopted.value].reads == 1; });
  loop_->Write(adopted, "hello");
  RunTicks(1);
  EXPECT_EQ(client.Receive(), "hello");
}

TEST_F(SocketTest, OnlyConnectedTcpSocketsAreAdopted) {
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(loop_->Adopt(udp));
  EXPECT_EQ(fcntl(udp, F_GETFD), -1);
  EXPECT_FALSE(loop_->Adopt(NewListener("127.0.0.1", &port_)));
}

// What net keeps of an idle socket: see docs/ARCHITECTURE.md.
TEST(SocketSizeTest, IsSmall) {
  EXPECT_LE(sizeof(Socket) + sizeof(uv_poll_t), 350U);
}

}  // namespace
}  // namespace rabbit_socks::net
