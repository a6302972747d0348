// SPDX-License-Identifier: MPL-2.0
#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

// What a turn gathers has its bounds: much goes out before the turn ends, and
// then it is told what the kernel did not take.
TEST_F(LoopTest, MuchIsNotKeptUntilTheTurnEnds) {
  Peer peer = ConnectOne();
  RunUntil([&] { return events_.connections.size() == 1; });
  const SocketId id = events_.only_id();
  const std::string little(1000, 'l');
  const std::string much((size_t{1} << 20) + 1, 'm');
  events_.on_tick = [&] {
    loop_->Write(id, little);
    loop_->Relieve();
    EXPECT_TRUE(events_.only().queued.empty()) << "so much may wait";
    for (int i = 0; i < 8; ++i) {
      loop_->Write(id, much);
      loop_->Relieve();
      EXPECT_EQ(events_.only().queued.size(), static_cast<size_t>(i + 1));
    }
    EXPECT_GT(events_.only().queued.back(), 0U);
    EXPECT_LT(events_.only().queued.front(), 2 * much.size());
    events_.on_tick = nullptr;
  };
  RunUntil([&] { return !events_.only().queued.empty(); });
  size_t got = 0;
  while (got < little.size() + 8 * much.size()) {
    got += peer.Receive().size();
    const int turns = events_.turns;
    RunUntil([&] { return events_.turns > turns; });
  }
  EXPECT_EQ(got, little.size() + 8 * much.size());
  EXPECT_EQ(events_.only().queued.back(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::net
