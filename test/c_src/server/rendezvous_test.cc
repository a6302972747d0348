// SPDX-License-Identifier: MPL-2.0
#include "server/rendezvous.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace rabbit_socks::server {
namespace {

using Arrival = Rendezvous::Arrival;
using Kind = Want::Kind;

int NewFd() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(RendezvousTest, TheCommandFirst) {
  Rendezvous r;
  EXPECT_FALSE(r.Ask(5, {Kind::kAdopt, "rest"}, 0));
  const int fd = NewFd();
  Want want;
  EXPECT_EQ(r.Bring(5, fd, 1, &want), Arrival::kMet);
  EXPECT_EQ(want.kind, Kind::kAdopt);
  EXPECT_EQ(want.buffer, "rest");
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

TEST(RendezvousTest, TheDescriptorFirst) {
  Rendezvous r;
  const int fd = NewFd();
  Want want;
  EXPECT_EQ(r.Bring(5, fd, 0, &want), Arrival::kWaits);
  EXPECT_FALSE(r.Ask(6, {Kind::kListen, ""}, 0));
  EXPECT_EQ(r.Ask(5, {Kind::kListen, ""}, 0), fd);
  EXPECT_EQ(r.descriptors(), 0U);
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

TEST(RendezvousTest, SeveralOfOneIdMeetInOrder) {
  Rendezvous r;
  r.Ask(1, {Kind::kListen, "a"}, 0);
  r.Ask(1, {Kind::kListen, "b"}, 0);
  const int first = NewFd();
  const int second = NewFd();
  const int third = NewFd();
  Want want;
  EXPECT_EQ(r.Bring(1, first, 0, &want), Arrival::kMet);
  EXPECT_EQ(want.buffer, "a");
  EXPECT_EQ(r.Bring(1, second, 0, &want), Arrival::kMet);
  EXPECT_EQ(want.buffer, "b");
  EXPECT_EQ(r.Bring(1, third, 0, &want), Arrival::kWaits);
  EXPECT_EQ(r.Ask(1, {Kind::kListen, "c"}, 0), third);
  for (const int fd : {first, second, third}) close(fd);
}

// listen, unlisten, listen again: the first descriptor is not for the last
// command.
TEST(RendezvousTest, ADescriptorForACommandThatWasTakenBackIsClosed) {
  Rendezvous r;
  r.Ask(1, {Kind::kListen, "old"}, 0);
  r.Cancel(1);
  r.Ask(1, {Kind::kListen, "new"}, 0);
  const int stale = NewFd();
  Want want;
  EXPECT_EQ(r.Bring(1, stale, 0, &want), Arrival::kRefused);
  EXPECT_FALSE(IsOpen(stale));
  const int fd = NewFd();
  EXPECT_EQ(r.Bring(1, fd, 0, &want), Arrival::kMet);
  EXPECT_EQ(want.buffer, "new");
  close(fd);
}

TEST(RendezvousTest, WhatWaitsTooLongIsGivenUp) {
  Rendezvous r;
  const int fd = NewFd();
  Want want;
  r.Bring(1, fd, 1000, &want);
  r.Ask(2, {Kind::kAdopt, "x"}, 2000);
  r.Ask(3, {Kind::kListen, ""}, 2000);
  r.Cancel(3);
  Rendezvous::Expired expired = r.Expire(1000 + Rendezvous::kPatience - 1);
  EXPECT_TRUE(expired.commands.empty());
  EXPECT_TRUE(expired.descriptors.empty());
  expired = r.Expire(1000 + Rendezvous::kPatience);
  EXPECT_EQ(expired.descriptors, std::vector<uint64_t>{1});
  EXPECT_FALSE(IsOpen(fd));
  expired = r.Expire(2000 + Rendezvous::kPatience);
  ASSERT_EQ(expired.commands.size(), 1U);  // not the one that was taken back
  EXPECT_EQ(expired.commands[0].first, 2U);
  EXPECT_EQ(expired.commands[0].second.kind, Kind::kAdopt);
  EXPECT_FALSE(r.Ask(1, {Kind::kListen, ""}, 20000));
}

TEST(RendezvousTest, WaitingDescriptorsAreBounded) {
  Rendezvous r;
  std::vector<int> fds;
  Want want;
  for (uint64_t id = 0; id < Rendezvous::kMaxDescriptors; ++id) {
    fds.push_back(NewFd());
    EXPECT_EQ(r.Bring(id % 7, fds.back(), 0, &want), Arrival::kWaits);
  }
  const int more = NewFd();
  EXPECT_EQ(r.Bring(1, more, 0, &want), Arrival::kRefused);
  EXPECT_FALSE(IsOpen(more));
  // A wanted one is not refused.
  r.Ask(100, {Kind::kListen, ""}, 0);
  const int wanted = NewFd();
  EXPECT_EQ(r.Bring(100, wanted, 0, &want), Arrival::kMet);
  close(wanted);
}

TEST(RendezvousTest, ClosesWhatItHolds) {
  const int fd = NewFd();
  Want want;
  {
    Rendezvous r;
    r.Bring(1, fd, 0, &want);
  }
  EXPECT_FALSE(IsOpen(fd));
}

}  // namespace
}  // namespace rabbit_socks::server
