// SPDX-License-Identifier: MPL-2.0
#include "session/packet_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rabbit_socks::session {
namespace {

using base::Payload;
using framing::EnginePacket;
using testing::ElementsAre;

std::vector<std::string> Shown(const PacketQueue& queue) {
  std::vector<std::string> shown;
  queue.For([&](const EnginePacket& packet) {
    shown.push_back(std::to_string(static_cast<int>(packet.type)) +
                    (packet.payload == Payload::kText ? "t" : "b") +
                    std::string(packet.data));
  });
  return shown;
}

TEST(PacketQueue, KeepsOrderKindsAndEmptyOnes) {
  PacketQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
  queue.Push({EnginePacket::Type::kPing, Payload::kText, {}});
  queue.Push({EnginePacket::Type::kMessage, Payload::kText, "one"});
  EXPECT_FALSE(queue.has_binary());
  queue.Push(
      {EnginePacket::Type::kMessage, Payload::kBinary, base::Bytes("\0\1", 2)});
  queue.Push({EnginePacket::Type::kMessage, Payload::kText, ""});
  EXPECT_THAT(Shown(queue),
              ElementsAre("2t", "4tone", "4b" + std::string("\0\1", 2), "4t"));
  EXPECT_EQ(queue.packets(), 4U);
  EXPECT_TRUE(queue.has_binary());
  EXPECT_TRUE(queue.Has(EnginePacket::Type::kPing));
  EXPECT_FALSE(queue.Has(EnginePacket::Type::kClose));
  EXPECT_THAT(Shown(queue), testing::SizeIs(4)) << "a look takes nothing";
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

// Packets without data cost memory, too: the limits of a queue count it.
TEST(PacketQueue, EmptyPacketsCount) {
  PacketQueue queue;
  for (int i = 0; i < 1000; ++i)
    queue.Push({EnginePacket::Type::kNoop, Payload::kText, {}});
  EXPECT_GE(queue.bytes(), 1000U * 4);
}

}  // namespace
}  // namespace rabbit_socks::session
