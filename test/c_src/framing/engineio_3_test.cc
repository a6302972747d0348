// SPDX-License-Identifier: MPL-2.0
// The cases are in test/vectors/engineio_3.md.
#include <gtest/gtest.h>

#include <string>

#include "framing/engine_codec.h"
#include "framing/engine_packets.h"
#include "support/vectors.h"

namespace rabbit_socks::framing {
namespace {

using test::Vector;

class EngineIo3VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(EngineIo3VectorTest, Decodes) {
  ReplayEngineVector(EngineIo3(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Vectors, EngineIo3VectorTest,
                         testing::ValuesIn(test::LoadVectors("engineio_3")));

std::string Payload(const EnginePacket& packet, EngineForm form) {
  std::string payload;
  EngineIo3().AppendToPayload(packet, form, 0, &payload);
  return payload;
}

TEST(EngineIo3Test, CountsUnitsInTheTextFormAndBytesInTheBinaryForm) {
  const EnginePacket packet{EnginePacket::Type::kMessage, base::Payload::kText,
                            "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"};
  EXPECT_EQ(Payload(packet, EngineForm::kText).rfind("5:4", 0), 0U);
  EXPECT_EQ(Payload(packet, EngineForm::kBinary)
                .rfind(std::string("\x00\x01\x00\xff", 4) + "4", 0),
            0U);
}

TEST(EngineIo3Test, LengthsOfBase64AreRight) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string data(size, '\xfe');
    const std::string payload =
        Payload({EnginePacket::Type::kMessage, base::Payload::kBinary, data},
                EngineForm::kText);
    const size_t colon = payload.find(':');
    EXPECT_EQ(payload.substr(0, colon),
              std::to_string(payload.size() - colon - 1));
  }
}

TEST(EngineIo3Test, ClientsThatCannotTakeBinaryMessagesGetBase64) {
  const EnginePacket packet{EnginePacket::Type::kMessage,
                            base::Payload::kBinary, "\x01\x02\x03"};
  std::string message;
  EXPECT_EQ(EngineIo3().AppendMessage(packet, true, &message),
            base::Payload::kText);
  EXPECT_EQ(message, "b4AQID");
  message.clear();
  EXPECT_EQ(EngineIo3().AppendMessage(packet, false, &message),
            base::Payload::kBinary);
  EXPECT_EQ(message, "\x04\x01\x02\x03");
}

}  // namespace
}  // namespace rabbit_socks::framing
