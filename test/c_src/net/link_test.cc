// SPDX-License-Identifier: MPL-2.0
#include "net/link.h"

#include <sys/socket.h>

#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

using LinkTest = LoopTest;

std::string Framed(const std::string& packet) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(packet.size() >> shift & 0xff));
  return bytes + packet;
}

TEST_F(LinkTest, PacketsComeWholeAndInOrder) {
  node_.in().Send(Framed("one") + Framed("two") + Framed("thr").substr(0, 5));
  RunUntil([&] { return events_.packets.size() == 2; });
  node_.in().Send(Framed("thr").substr(5));
  RunUntil([&] { return events_.packets.size() == 3; });
  EXPECT_EQ(events_.packets, (std::vector<std::string>{"one", "two", "thr"}));
  EXPECT_EQ(events_.link_ends, 0);
}

TEST_F(LinkTest, ByteByByte) {
  const std::string bytes = Framed("slow") + Framed("") + Framed("pipe");
  size_t next = 0;
  events_.on_turn_end = [&] {
    if (next < bytes.size()) node_.in().Send({&bytes[next++], 1});
  };
  RunUntil([&] { return events_.packets.size() == 3; });
  EXPECT_EQ(events_.packets, (std::vector<std::string>{"slow", "", "pipe"}));
}

TEST_F(LinkTest, WhatThePipeDoesNotTakeGoesLater) {
  // Far more than a pipe holds.
  std::string sent;
  for (int i = 0; i < 30; ++i)
    sent += std::string(20000, static_cast<char>('a' + i % 26));
  std::string received;
  events_.on_turn_end = [&] { received += node_.out().ReceiveNow(); };
  loop_->WriteLink(sent.substr(0, 300000));
  loop_->WriteLink(sent.substr(300000));
  RunUntil([&] { return loop_->link_queued() == 0; });
  received += node_.out().Receive(sent.size() - received.size());
  EXPECT_TRUE(received == sent);
}

TEST_F(LinkTest, OneWriteATurnHoweverManyPackets) {
  loop_->WriteLink(Framed("a"));
  loop_->WriteLink(Framed("b"));
  RunUntil([&] { return loop_->link_queued() == 0; });
  EXPECT_EQ(node_.out().Receive(), Framed("a") + Framed("b"));
}

TEST_F(LinkTest, EndOfInputIsTheEndOfTheNode) {
  node_.in().Send(Framed("last") + "\x00");
  node_.in().Close();
  RunUntil([&] { return events_.link_ends == 1; });
  EXPECT_EQ(events_.packets, std::vector<std::string>{"last"});
  EXPECT_FALSE(events_.garbage);
}

TEST_F(LinkTest, ALengthOverTheLimitIsGarbage) {
  node_.in().Send(Framed("fine") + "Erro");
  RunUntil([&] { return events_.link_ends == 1; });
  EXPECT_EQ(events_.packets, std::vector<std::string>{"fine"});
  EXPECT_TRUE(events_.garbage);
}

TEST_F(LinkTest, ANodeThatNoLongerReadsIsGone) {
  node_.out().Close();
  loop_->WriteLink(Framed("into the void"));
  RunUntil([&] { return events_.link_ends == 1; });
  EXPECT_FALSE(events_.garbage);
  EXPECT_EQ(loop_->link_queued(), 0U);
}

TEST_F(LinkTest, ANodeThatGoesWhileThePipeIsFullIsGone) {
  loop_->WriteLink(std::string(1000000, 'x'));
  RunUntil([&] { return loop_->link_queued() < 1000000; });
  node_.out().Close();
  RunUntil([&] { return events_.link_ends == 1; });
  EXPECT_EQ(loop_->link_queued(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::net
