// SPDX-License-Identifier: MPL-2.0
#include "server/lifecycle.h"

#include <gtest/gtest.h>

namespace rabbit_socks::server {
namespace {

using Step = Lifecycle::Step;

TEST(LifecycleTest, ASilentNodeIsStuck) {
  Lifecycle life(1000);
  EXPECT_EQ(life.Check(1000 + Lifecycle::kSilence - 1, 5, 5), Step::kGoOn);
  life.OnPacket(20000);
  EXPECT_EQ(life.Check(20000 + Lifecycle::kSilence - 1, 5, 5), Step::kGoOn);
  EXPECT_EQ(life.Check(20000 + Lifecycle::kSilence, 5, 5), Step::kNodeStuck);
}

TEST(LifecycleTest, Greeting) {
  Lifecycle life(0);
  EXPECT_FALSE(life.greeted());
  life.OnHello();
  EXPECT_TRUE(life.greeted());
}

TEST(LifecycleTest, StopWithNothingOpen) {
  Lifecycle life(0);
  life.OnStop(100);
  EXPECT_TRUE(life.stopping());
  EXPECT_EQ(life.Check(100, 0, 0), Step::kStopped);
}

TEST(LifecycleTest, StopWaitsForCloseHandshakes) {
  Lifecycle life(0);
  life.OnStop(100);
  EXPECT_EQ(life.Check(200, 3, 3), Step::kGoOn);
  EXPECT_EQ(life.Check(300, 1, 1), Step::kGoOn);
  EXPECT_EQ(life.Check(400, 0, 0), Step::kStopped);
}

TEST(LifecycleTest, WhatDoesNotCloseIsFinishedThenLeft) {
  Lifecycle life(0);
  life.OnStop(100);
  EXPECT_EQ(life.Check(100 + Lifecycle::kCloseTime - 1, 1, 1), Step::kGoOn);
  EXPECT_EQ(life.Check(100 + Lifecycle::kCloseTime, 1, 1), Step::kFinishAll);
  const base::Time finishing = 100 + Lifecycle::kCloseTime;
  EXPECT_EQ(life.Check(finishing + 100, 1, 1), Step::kGoOn);
  EXPECT_EQ(life.Check(finishing + Lifecycle::kFinishTime, 1, 1),
            Step::kStopped);
}

TEST(LifecycleTest, ASecondStopDoesNotProlongTheFirst) {
  Lifecycle life(0);
  life.OnStop(100);
  life.OnStop(100 + Lifecycle::kCloseTime - 1);
  EXPECT_EQ(life.Check(100 + Lifecycle::kCloseTime, 1, 1), Step::kFinishAll);
}

TEST(LifecycleTest, SocketsWithoutAConnectionAreFinishedAtOnce) {
  Lifecycle life(0);
  life.OnStop(100);
  EXPECT_EQ(life.Check(200, 0, 2), Step::kFinishAll);
  EXPECT_EQ(life.Check(300, 0, 0), Step::kStopped);
}

}  // namespace
}  // namespace rabbit_socks::server
