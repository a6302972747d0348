// SPDX-License-Identifier: MPL-2.0
// What is more than one input and its events; those are in
// test/vectors/hixie.md.
#include "websocket/hixie.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8_cases.h"
#include "support/vectors.h"
#include "websocket/notation.h"
#include "websocket/replay.h"

namespace rabbit_socks::websocket {
namespace {

using base::Payload;

class HixieVector : public testing::TestWithParam<test::Vector> {};

TEST_P(HixieVector, Replays) { ExpectVector(GetParam(), Draft::kHixie76); }

INSTANTIATE_TEST_SUITE_P(File, HixieVector,
                         testing::ValuesIn(test::LoadVectors("hixie")),
                         [](const auto& vector) {
                           return TestName(vector.param);
                         });

std::string Frame(std::string_view text) {
  return std::string(1, '\0').append(text).append("\xFF");
}

TEST(HixieTest, X08ValidTextIsTaken) {
  for (const base::Bytes text : base::kValidUtf8) {
    ExpectEvents(Draft::kHixie76, {}, Frame(text),
                 {{"text", 0, std::string(text)}});
  }
}

TEST(HixieTest, X08InvalidTextFails) {
  for (const base::InvalidUtf8& invalid : base::kInvalidUtf8) {
    // FF ends the text here.
    if (invalid.text.find('\xFF') != base::Bytes::npos) continue;
    ExpectEvents(Draft::kHixie76, {}, Frame(invalid.text),
                 {{"fault", 1007, ""}});
  }
  for (const base::Bytes half : base::kHalfUtf8)
    ExpectEvents(Draft::kHixie76, {}, Frame(half), {{"fault", 1007, ""}});
}

TEST(HixieTest, X08NeverSendsWhatIsNotText) {
  for (const Draft draft : {Draft::kHixie75, Draft::kHixie76}) {
    const HixieCodec codec(draft, {});
    std::string out = "before";
    for (const base::InvalidUtf8& invalid : base::kInvalidUtf8)
      EXPECT_FALSE(codec.AppendMessage(Payload::kText, invalid.text, &out));
    for (const base::Bytes half : base::kHalfUtf8)
      EXPECT_FALSE(codec.AppendMessage(Payload::kText, half, &out));
    EXPECT_FALSE(codec.AppendMessage(Payload::kText, "a\xFF\x00", &out));
    EXPECT_FALSE(codec.AppendMessage(Payload::kBinary, "a", &out));
    codec.AppendPing("a", &out);
    codec.AppendPong("a", &out);
    EXPECT_EQ(out, "before");
  }
}

TEST(HixieTest, SendsTextAsItReadsIt) {
  const HixieCodec codec(Draft::kHixie76, {});
  std::string out;
  EXPECT_TRUE(codec.AppendMessage(Payload::kText, "hi", &out));
  EXPECT_EQ(out, Unpack("00 6869 FF"));
  out.clear();
  Events sent;
  for (const base::Bytes text : base::kValidUtf8) {
    EXPECT_TRUE(codec.AppendMessage(Payload::kText, text, &out));
    sent.push_back({"text", 0, std::string(text)});
  }
  EXPECT_EQ(Replay(Draft::kHixie76, {}, {out}), sent);
}

TEST(HixieTest, OnlyTheLaterDraftCloses) {
  std::string out;
  HixieCodec(Draft::kHixie75, {}).AppendClose(1000, "bye", &out);
  EXPECT_EQ(out, "");
  HixieCodec(Draft::kHixie76, {}).AppendClose(1009, "bye", &out);
  EXPECT_EQ(out, Unpack("FF 00"));
}

TEST(HixieTest, StopsAfterAMessage) {
  HixieCodec codec(Draft::kHixie76, {});
  Recorder recorder;
  recorder.stop_after = 1;
  std::string bytes = Frame("one") + Frame("two") + Unpack("FF 00");
  EXPECT_EQ(codec.Feed(bytes, &recorder).consumed, 5U);
  std::string rest = bytes.substr(5);
  EXPECT_EQ(codec.Feed(rest, &recorder).consumed, 5U);
  rest = rest.substr(5);
  EXPECT_EQ(codec.Feed(rest, &recorder).consumed, 2U);
  EXPECT_EQ(
      recorder.events,
      (Events{{"text", 0, "one"}, {"text", 0, "two"}, {"close", 1005, ""}}));
}

// X05: the ancestor buffered for ever.
TEST(HixieTest, X05ATextWithoutEndIsDroppedAtTheLimit) {
  Limits limits;
  limits.max_message = 100000;
  HixieCodec codec(Draft::kHixie76, limits);
  Recorder recorder;
  std::string start(1, '\0');
  static_cast<void>(codec.Feed(start, &recorder));
  base::Fault fault;
  size_t fed = 0;
  while (!fault && fed < 1000000) {
    std::string piece(1000, 'a');
    fault = codec.Feed(piece, &recorder).fault;
    fed += piece.size();
    ASSERT_LE(codec.held(), limits.max_message);
  }
  EXPECT_EQ(fault.code, 1009);
  EXPECT_EQ(fed, 101000U);
}

TEST(HixieTest, X09NothingIsHeldBetweenTexts) {
  HixieCodec codec(Draft::kHixie76, {});
  Recorder recorder;
  for (int i = 0; i < 1000; ++i) {
    std::string half = Frame("abc"), rest = half.substr(2);
    half.resize(2);
    static_cast<void>(codec.Feed(half, &recorder));
    static_cast<void>(codec.Feed(rest, &recorder));
    ASSERT_EQ(codec.held(), 0U);
  }
  EXPECT_EQ(recorder.events.size(), 1000U);
  EXPECT_LE(sizeof(HixieCodec), 100U);
}

}  // namespace
}  // namespace rabbit_socks::websocket
