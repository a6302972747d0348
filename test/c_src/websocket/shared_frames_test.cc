// SPDX-License-Identifier: MPL-2.0
#include "websocket/shared_frames.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "websocket/notation.h"

namespace rabbit_socks::websocket {
namespace {

using base::Payload;

class SharedFramesTest : public testing::Test {
 protected:
  std::unique_ptr<Codec> Deflating(const DeflateTerms& terms) {
    return MakeCodec(Draft::kRfc6455, {},
                     std::make_unique<Deflation>(terms, &pool_));
  }
  static DeflateTerms Shared(uint8_t bits, uint32_t min_size = 0) {
    return {false, false, bits, 15, min_size};
  }
  DeflatePool pool_;
  const std::string text_ = std::string(2000, 'a');
};

TEST_F(SharedFramesTest, EachClassIsWhatItsCodecsWouldSend) {
  SharedFrames frames(Payload::kText, text_);
  std::vector<std::unique_ptr<Codec>> codecs;
  for (const Draft draft : {Draft::kHixie75, Draft::kHixie76, Draft::kHybi7,
                            Draft::kHybi8, Draft::kRfc6455})
    codecs.push_back(MakeCodec(draft, {}));
  for (uint8_t bits = 9; bits <= 15; ++bits)
    codecs.push_back(Deflating(Shared(bits)));
  codecs.push_back(Deflating(Shared(15, 5000)));
  for (const auto& codec : codecs) {
    std::string own;
    ASSERT_TRUE(codec->AppendMessage(Payload::kText, text_, &own));
    EXPECT_EQ(frames.For(*codec), own);
  }
}

TEST_F(SharedFramesTest, AClassIsEncodedOnce) {
  SharedFrames frames(Payload::kText, text_);
  const auto plain = MakeCodec(Draft::kRfc6455, {}),
             old = MakeCodec(Draft::kHybi8, {});
  EXPECT_EQ(frames.For(*plain).data(), frames.For(*old).data());
  const auto one = Deflating(Shared(15)), other = Deflating(Shared(15));
  const base::Bytes deflated = frames.For(*one);
  EXPECT_EQ(deflated.data(), frames.For(*other).data());
  EXPECT_LT(deflated.size(), 50U);
  EXPECT_NE(deflated, frames.For(*plain));
  // Below its own minimum a connection takes the plain one.
  const auto choosy = Deflating(Shared(15, 5000));
  EXPECT_EQ(frames.For(*choosy).data(), frames.For(*plain).data());
}

TEST_F(SharedFramesTest, AContextIsNotShared) {
  SharedFrames frames(Payload::kText, text_);
  EXPECT_EQ(frames.For(*Deflating({})), "");
  // One whose client wants no context has none, whatever the listener's mode.
  EXPECT_NE(frames.For(*Deflating({false, true, 15, 15, 0})), "");
  // And messages that are not compressed do not touch it.
  EXPECT_NE(frames.For(*Deflating({true, true, 15, 15, 5000})), "");
}

TEST_F(SharedFramesTest, WhatADraftCannotCarryIsEmpty) {
  SharedFrames frames(Payload::kBinary, text_);
  EXPECT_EQ(frames.For(*MakeCodec(Draft::kHixie76, {})), "");
  EXPECT_NE(frames.For(*MakeCodec(Draft::kRfc6455, {})), "");
}

}  // namespace
}  // namespace rabbit_socks::websocket
