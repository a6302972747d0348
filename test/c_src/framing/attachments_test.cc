// SPDX-License-Identifier: MPL-2.0
#include "framing/attachments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using testing::ElementsAre;

SocketPacket Announced(uint32_t attachments) {
  SocketPacket packet;
  packet.name = "name";
  packet.data.Array(attachments);
  for (uint32_t i = 0; i < attachments; ++i) packet.data.Attachment(i);
  packet.attachments = attachments;
  return packet;
}

TEST(AttachmentsTest, ComeInOrder) {
  Attachments attachments(100);
  EXPECT_EQ(attachments.missing(), 0U);
  EXPECT_FALSE(attachments.OnText());
  attachments.Hold(Announced(3));
  EXPECT_EQ(attachments.missing(), 3U);
  EXPECT_FALSE(attachments.OnBinary("a"));
  EXPECT_FALSE(attachments.OnBinary(""));
  EXPECT_EQ(attachments.missing(), 1U);
  EXPECT_FALSE(attachments.OnBinary(Bytes("\0\xff", 2)));
  EXPECT_EQ(attachments.missing(), 0U);
  const WholePacket whole = attachments.Take();
  EXPECT_EQ(whole.packet.name, "name");
  EXPECT_TRUE(whole.packet.data.IsArray(3));
  EXPECT_THAT(whole.buffers, ElementsAre("a", "", Bytes("\0\xff", 2)));
  EXPECT_FALSE(attachments.OnText());
}

// E11
TEST(AttachmentsTest, NoneIsCompleteAtOnce) {
  Attachments attachments(100);
  for (int round = 0; round < 2; ++round) {
    attachments.Hold(Announced(0));
    EXPECT_EQ(attachments.missing(), 0U);
    EXPECT_FALSE(attachments.OnText());
    const WholePacket whole = attachments.Take();
    EXPECT_EQ(whole.packet.name, "name");
    EXPECT_TRUE(whole.buffers.empty());
  }
}

TEST(AttachmentsTest, TextWhileOneIsMissing) {
  Attachments attachments(100);
  attachments.Hold(Announced(2));
  EXPECT_EQ(attachments.OnText().code, 1002);
  EXPECT_FALSE(attachments.OnBinary("a"));
  EXPECT_EQ(attachments.OnText().code, 1002);
}

TEST(AttachmentsTest, BinaryThatNobodyAnnounced) {
  Attachments attachments(100);
  EXPECT_EQ(attachments.OnBinary("a").code, 1002) << "before any packet";
  attachments.Hold(Announced(1));
  EXPECT_FALSE(attachments.OnBinary("a"));
  EXPECT_EQ(attachments.OnBinary("b").code, 1002) << "one too many";
  EXPECT_THAT(attachments.Take().buffers, ElementsAre("a"));
  EXPECT_EQ(attachments.OnBinary("c").code, 1002) << "behind it";
  attachments.Hold(Announced(0));
  EXPECT_EQ(attachments.OnBinary("d").code, 1002) << "behind one without";
}

// E06: all together are limited, for each packet anew.
TEST(AttachmentsTest, BytesAreLimited) {
  Attachments attachments(10);
  for (int round = 0; round < 2; ++round) {
    attachments.Hold(Announced(3));
    EXPECT_FALSE(attachments.OnBinary("123456"));
    EXPECT_FALSE(attachments.OnBinary("7890"));
    EXPECT_FALSE(attachments.OnBinary(""));
    (void)attachments.Take();
  }
  attachments.Hold(Announced(3));
  EXPECT_FALSE(attachments.OnBinary("123456"));
  EXPECT_EQ(attachments.OnBinary("78901").code, 1009);
}

TEST(AttachmentsDeathTest, NothingIsYieldedEarly) {
  Attachments attachments(10);
  EXPECT_DEATH((void)attachments.Take(), "no packet is complete");
  attachments.Hold(Announced(1));
  EXPECT_DEATH((void)attachments.Take(), "no packet is complete");
  EXPECT_DEATH(attachments.Hold(Announced(1)), "waits for its attachments");
}

}  // namespace
}  // namespace rabbit_socks::framing
