// SPDX-License-Identifier: MPL-2.0
// What is more than one input and its events; those are in
// test/vectors/rfc6455.md.
#include "websocket/rfc6455.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8_cases.h"
#include "support/vectors.h"
#include "websocket/notation.h"
#include "websocket/replay.h"

namespace rabbit_socks::websocket {
namespace {

using base::Payload;

class Rfc6455Vector : public testing::TestWithParam<test::Vector> {};

TEST_P(Rfc6455Vector, Replays) { ExpectVector(GetParam(), Draft::kRfc6455); }

INSTANTIATE_TEST_SUITE_P(File, Rfc6455Vector,
                         testing::ValuesIn(test::LoadVectors("rfc6455")),
                         [](const auto& vector) {
                           return TestName(vector.param);
                         });

// A masked frame with a length in 7 or 16 bits.
std::string Frame(unsigned char first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    frame.push_back('\xFE');
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xFF));
  }
  const std::string mask = "\x37\xFA\x21\x3D";
  frame += mask;
  for (size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return frame;
}

// Autobahn 6.5 to 6.23
TEST(Rfc6455Test, F14ValidTextIsTakenWholeAndInFragments) {
  for (const base::Bytes text : base::kValidUtf8) {
    ExpectEvents(Draft::kRfc6455, {}, Frame(0x81, text),
                 {{"text", 0, std::string(text)}});
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      const std::string both =
          Frame(0x01, text.substr(0, cut)) + Frame(0x80, text.substr(cut));
      EXPECT_EQ(Replay(Draft::kRfc6455, {}, {both}),
                (Events{{"text", 0, std::string(text)}}));
    }
  }
}

TEST(Rfc6455Test, F14InvalidTextFailsWholeAndInFragments) {
  const Events failed = {{"fault", 1007, ""}};
  for (const base::InvalidUtf8& invalid : base::kInvalidUtf8) {
    ExpectEvents(Draft::kRfc6455, {}, Frame(0x81, invalid.text), failed);
    // The first fragment ends with the byte that decides: nothing else is
    // waited for.
    ExpectEvents(Draft::kRfc6455, {},
                 Frame(0x01, invalid.text.substr(0, invalid.fault)), failed);
    for (size_t cut = 0; cut <= invalid.text.size(); ++cut) {
      const std::string both = Frame(0x01, invalid.text.substr(0, cut)) +
                               Frame(0x80, invalid.text.substr(cut));
      EXPECT_EQ(Replay(Draft::kRfc6455, {}, {both}), failed);
    }
  }
  for (const base::Bytes half : base::kHalfUtf8)
    ExpectEvents(Draft::kRfc6455, {}, Frame(0x81, half), failed);
}

// Autobahn 6.4.3 and 6.4.4: in one frame whose end never comes.
TEST(Rfc6455Test, F14FailsInsideAFrameAtTheByteThatDecides) {
  for (const base::InvalidUtf8& invalid : base::kInvalidUtf8) {
    std::string frame =
        Frame(0x81, std::string(invalid.text) + std::string(200, 'a'));
    frame.resize(8 + invalid.fault);
    EXPECT_EQ(Replay(Draft::kRfc6455, {}, {frame}),
              (Events{{"fault", 1007, ""}}));
    frame.pop_back();
    EXPECT_EQ(Replay(Draft::kRfc6455, {}, {frame}), Events{});
  }
}

// Counts copies: where a message lies tells whether it was moved.
class Where final : public Sink {
 public:
  bool OnMessage(Payload, base::Bytes data) override {
    at = data.data();
    size = data.size();
    return go_on;
  }
  void OnPing(base::Bytes) override { ++pings; }
  void OnPong(base::Bytes) override {}
  void OnClose(uint16_t, base::Bytes) override { ++closes; }

  const char* at = nullptr;
  size_t size = 0;
  bool go_on = true;
  int pings = 0, closes = 0;
};

TEST(Rfc6455Test, AWholeFrameIsReportedWhereItLies) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  std::string bytes = Frame(0x81, "Hello") + Frame(0x82, std::string(300, 'b'));
  Where where;
  EXPECT_EQ(codec.Feed(bytes, &where).consumed, bytes.size());
  EXPECT_EQ(where.at, bytes.data() + 11 + 8);
  EXPECT_EQ(where.size, 300U);
  EXPECT_EQ(codec.held(), 0U);
  // Also when its head came with the read before.
  std::string next = Frame(0x81, "Hello");
  std::string head = next.substr(0, 6), payload = next.substr(6);
  static_cast<void>(codec.Feed(head, &where));
  static_cast<void>(codec.Feed(payload, &where));
  EXPECT_EQ(where.at, payload.data());
}

TEST(Rfc6455Test, StopsAfterAMessageAndLeavesTheRestUntouched) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  const std::string first = Frame(0x81, "one"), ping = Frame(0x89, "p");
  const std::string second = Frame(0x01, "tw") + Frame(0x80, "o");
  std::string bytes = ping + first + ping + second;
  const std::string before = bytes;
  Where where;
  where.go_on = false;
  Codec::Outcome outcome = codec.Feed(bytes, &where);
  EXPECT_FALSE(outcome.fault);
  ASSERT_EQ(outcome.consumed, ping.size() + first.size());
  EXPECT_EQ(where.pings, 1);
  EXPECT_EQ(bytes.substr(outcome.consumed), before.substr(outcome.consumed));

  std::string rest = bytes.substr(outcome.consumed);
  outcome = codec.Feed(rest, &where);
  EXPECT_EQ(outcome.consumed, rest.size()) << "the last message ends the bytes";
  EXPECT_EQ(where.pings, 2);
  EXPECT_EQ(where.size, 3U);
  EXPECT_EQ(codec.held(), 0U);
}

// F23: no credit, no work.
TEST(Rfc6455Test, F23ReportsOneMessageAtATimeWhenToldTo) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  std::string bytes;
  constexpr size_t kMany = 10000;
  for (size_t i = 0; i < kMany; ++i) bytes += Frame(0x81, "");
  Recorder recorder;
  recorder.stop_after = 1;
  size_t at = 0;
  for (size_t i = 1; i <= kMany; ++i) {
    at += codec.Feed(std::span(bytes).subspan(at), &recorder).consumed;
    ASSERT_EQ(recorder.events.size(), i);
    ASSERT_EQ(at, i * 6);
  }
}

// F12: CVE-2026-48779, CVE-2026-62389, CVE-2026-12151, at the default limits.
TEST(Rfc6455Test, F12FragmentsAreCountedAndCostTheirBytes) {
  for (const std::string_view piece : {"b", ""}) {
    Rfc6455Codec codec(Draft::kRfc6455, {});
    Recorder recorder;
    std::string first = Frame(0x01, "a");
    ASSERT_FALSE(codec.Feed(first, &recorder).fault);
    size_t fragments = 1;
    base::Fault fault;
    while (!fault && fragments < 1000000) {
      std::string next = Frame(0x00, piece);
      fault = codec.Feed(next, &recorder).fault;
      ++fragments;
      EXPECT_LE(codec.held(), 2 * fragments);
    }
    EXPECT_EQ(fault.code, 1008);
    EXPECT_EQ(fragments, 4097U);
    EXPECT_TRUE(recorder.events.empty());
  }
}

// F13: one byte a segment; every read costs its own bytes.
TEST(Rfc6455Test, F13ALargeFrameInSingleBytes) {
  constexpr size_t kSize = 1048576;
  Rfc6455Codec codec(Draft::kRfc6455, {});
  Recorder recorder;
  std::string head = Unpack("82 FF 0000000000100000 M");
  ASSERT_FALSE(codec.Feed(head, &recorder).fault);
  EXPECT_EQ(codec.held(), 0U) << "announced bytes cost nothing";
  for (size_t i = 0; i < kSize; ++i) {
    char byte = static_cast<char>(i);
    ASSERT_EQ(codec.Feed({&byte, 1}, &recorder).consumed, 1U);
    ASSERT_LE(codec.held(), kSize);
  }
  ASSERT_EQ(recorder.events.size(), 1U);
  EXPECT_EQ(recorder.events[0].data.size(), kSize);
  EXPECT_EQ(recorder.events[0].data[1000000], static_cast<char>(1000000 & 255));
  EXPECT_EQ(codec.held(), 0U);
}

// F10: the head is enough, and nothing is set aside for it.
TEST(Rfc6455Test, F10RefusesByTheHeadAlone) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  Recorder recorder;
  std::string head = Unpack("82 FF 0000000000200000 M");
  EXPECT_EQ(codec.Feed(head, &recorder).fault.code, 1009);
  EXPECT_EQ(codec.held(), 0U);
}

// F19, F20: floods of control frames in pieces hold nothing.
TEST(Rfc6455Test, F20ControlFramesAreForgotten) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  Recorder recorder;
  for (int i = 0; i < 1000; ++i) {
    std::string frame = Frame(0x8A, std::string(125, 'x'));
    std::string rest = frame.substr(50);
    frame.resize(50);
    static_cast<void>(codec.Feed(frame, &recorder));
    ASSERT_LE(codec.held(), 125U);
    static_cast<void>(codec.Feed(rest, &recorder));
    ASSERT_EQ(codec.held(), 0U);
  }
  EXPECT_EQ(recorder.events.size(), 1000U);
}

TEST(Rfc6455Test, WhatAMessageTookIsGivenBack) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  Recorder recorder;
  std::string first = Frame(0x01, std::string(5000, 'a'));
  std::string last = Frame(0x80, std::string(5000, 'b'));
  static_cast<void>(codec.Feed(first, &recorder));
  EXPECT_GE(codec.held(), 5000U);
  static_cast<void>(codec.Feed(last, &recorder));
  EXPECT_EQ(codec.held(), 0U);
  ASSERT_EQ(recorder.events.size(), 1U);
  EXPECT_EQ(recorder.events[0].data,
            std::string(5000, 'a') + std::string(5000, 'b'));
}

TEST(Rfc6455Test, AnIdleConnectionCostsLittle) {
  EXPECT_LE(sizeof(Rfc6455Codec), 100U);
}

TEST(Rfc6455Test, F16BytesAfterTheCloseAreTakenAndDropped) {
  Rfc6455Codec codec(Draft::kRfc6455, {});
  Where where;
  std::string bytes = Frame(0x88, "") + Frame(0x81, "a");
  EXPECT_EQ(codec.Feed(bytes, &where).consumed, bytes.size());
  std::string more = Frame(0x88, "") + "\xFF\xFF";
  const Codec::Outcome outcome = codec.Feed(more, &where);
  EXPECT_EQ(outcome.consumed, more.size());
  EXPECT_FALSE(outcome.fault);
  EXPECT_EQ(where.closes, 1);
  EXPECT_EQ(where.at, nullptr);
}

}  // namespace
}  // namespace rabbit_socks::websocket
