// SPDX-License-Identifier: MPL-2.0
#include "server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace rabbit_socks::server {
namespace {

TEST(DescriptorsTest, TheSoftLimitBecomesTheHardOne) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{before.rlim_max / 2, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(RaiseDescriptorLimit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(DescriptorsTest, TwoHundredAreKeptBack) {
  EXPECT_EQ(MaxConnections(1024), 824U);
  EXPECT_EQ(MaxConnections(65536), 65336U);
  EXPECT_EQ(MaxConnections(400), 200U);
  EXPECT_EQ(MaxConnections(399), 199U);
  EXPECT_EQ(MaxConnections(64), 32U);
  EXPECT_EQ(MaxConnections(0), 1U);
  EXPECT_EQ(MaxConnections(UINT64_MAX), 1U << 23);
}

}  // namespace
}  // namespace rabbit_socks::server
