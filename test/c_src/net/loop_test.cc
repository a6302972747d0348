// SPDX-License-Identifier: MPL-2.0
#include "net/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

TEST_F(LoopTest, TicksAndTimeGoForward) {
  const base::Time start = loop_->Now();
  RunUntil([&] { return events_.ticks == 3; });
  EXPECT_GE(loop_->Now(), start + 200);
  EXPECT_GE(events_.turns, 3);
}

TEST_F(LoopTest, WhatATickWritesIsNotLeftForTheNextTurn) {
  const Peer peer = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 1; });
  events_.on_tick = [&] {
    loop_->Write(events_.only_id(), "tick");
    loop_->WriteLink("packet");
    events_.on_tick = nullptr;
  };
  const int ticks = events_.ticks;
  RunUntil([&] { return events_.ticks == ticks + 1 && !events_.on_tick; });
  EXPECT_EQ(peer.Receive(), "tick");
  EXPECT_EQ(node_.out().Receive(), "packet");
}

TEST_F(LoopTest, WhatWasWrittenBeforeStopGoesOut) {
  const Peer peer = ConnectOne();
  events_.on_connection = [&](SocketId socket) {
    loop_->Write(socket, "bye");
    loop_->WriteLink("end");
    loop_->Stop();
  };
  loop_->Run();
  loop_.reset();
  EXPECT_EQ(peer.ReceiveAll(), "bye");
  EXPECT_EQ(node_.out().ReceiveAll(), "end");
}

TEST_F(LoopTest, StopBeforeRun) {
  loop_->Stop();
  loop_->Run();
  EXPECT_EQ(events_.ticks, 0);
}

TEST_F(LoopTest, EndsWithEverythingOpen) {
  std::vector<Peer> peers;
  peers.push_back(ConnectOne());
  for (int i = 0; i < 20; ++i) peers.push_back(ConnectOne());
  RunUntil([&] { return events_.connections.size() == peers.size(); });
  const SocketId first = events_.only_id();
  loop_->Write(first, std::string(8 << 20, 'x'));
  loop_->Finish(first);
  loop_->Reset(SocketId{events_.connections.rbegin()->first});
  loop_.reset();  // aborts if uv_loop_close finds a handle
  for (const auto& [id, c] : events_.connections) EXPECT_FALSE(c.gone);
  for (const Peer& peer : peers) peer.ReceiveAll();
}

TEST(LoopCreateTest, EndsThatAreNotOpen) {
  Recorder events;
  NodeEnds ends;
  ends.link_in = ends.link_out = dup(0);
  close(ends.link_in);
  std::string error;
  EXPECT_EQ(Loop::Create(ends, &events, &error), nullptr);
  EXPECT_NE(error.find("not open"), std::string::npos) << error;
}

TEST(LoopCreateTest, NamesTheEndThatCannotBeOpened) {
  Recorder events;
  NodeEnds ends;
  std::array<int, 2> pipe{};
  ASSERT_EQ(pipe2(pipe.data(), O_CLOEXEC), 0);
  ends.link_in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ends.link_out = pipe[1];
  std::string error;
  EXPECT_EQ(Loop::Create(ends, &events, &error), nullptr);
  EXPECT_NE(error.find("read the link"), std::string::npos) << error;
  EXPECT_EQ(fcntl(pipe[1], F_GETFD), -1);

  ends.link_in = pipe[0];
  ends.link_out = open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(Loop::Create(ends, &events, &error), nullptr);
  EXPECT_NE(error.find("write the link"), std::string::npos) << error;
}

}  // namespace
}  // namespace rabbit_socks::net
