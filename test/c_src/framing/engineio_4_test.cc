// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/engineio_4.md.
#include <gtest/gtest.h>

#include <string>

#include "framing/engine_codec.h"
#include "framing/engine_packets.h"
#include "support/vectors.h"

namespace rabbit_socks::framing {
namespace {

using test::Vector;

class EngineIo4VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(EngineIo4VectorTest, Decodes) {
  ReplayEngineVector(EngineIo4(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Vectors, EngineIo4VectorTest,
                         testing::ValuesIn(test::LoadVectors("engineio_4")));

TEST(EngineIo4Test, ClientsThatCannotTakeBinaryMessagesGetBase64) {
  const EnginePacket packet{EnginePacket::Type::kMessage,
                            base::Payload::kBinary, "\x01\x02\x03"};
  std::string message;
  EXPECT_EQ(EngineIo4().AppendMessage(packet, true, &message),
            base::Payload::kText);
  EXPECT_EQ(message, "bAQID");
  message.clear();
  EXPECT_EQ(EngineIo4().AppendMessage(packet, false, &message),
            base::Payload::kBinary);
  EXPECT_EQ(message, "\x01\x02\x03");
}

// The payload may stand behind other text, and the first packet at its start.
TEST(EngineIo4Test, SeparatesByTheCountOfPackets) {
  std::string out = "head";
  EngineIo4().AppendToPayload({EnginePacket::Type::kPing}, EngineForm::kText, 0,
                              &out);
  EngineIo4().AppendToPayload({EnginePacket::Type::kNoop}, EngineForm::kText, 1,
                              &out);
  EXPECT_EQ(out,
            "head2\x1e"
            "6");
}

TEST(EngineIo4DeathTest, HasNoBinaryForm) {
  std::string out;
  EXPECT_DEATH(EngineIo4().AppendToPayload({}, EngineForm::kBinary, 0, &out),
               "no binary payloads");
}

}  // namespace
}  // namespace rabbit_socks::framing
