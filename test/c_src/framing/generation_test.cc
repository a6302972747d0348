// SPDX-License-Identifier: MPL-2.0
#include "framing/generation.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "session/config.h"

namespace rabbit_socks::framing {
namespace {

TEST(GenerationTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const Generation& row : Generations()) names.insert(row.name);
  EXPECT_EQ(names.size(), Generations().size());
  EXPECT_EQ(names.count("socket.io-0.6"), 1U);
}

// A listener's defaults are those of the table.
TEST(GenerationTest, DefaultsOfAListenerAgree) {
  const session::Limits limits;
  const Generation& row = SocketIo06();
  EXPECT_STREQ(row.name, "socket.io-0.6");
  EXPECT_TRUE(row.server_pings);
  EXPECT_EQ(row.heartbeat_every, limits.heartbeat_interval);
  EXPECT_EQ(row.heartbeat_answer, limits.heartbeat_timeout);
  EXPECT_EQ(row.poll_duration, limits.poll_timeout);
  EXPECT_EQ(row.close_timeout, limits.session_timeout);
}

}  // namespace
}  // namespace rabbit_socks::framing
