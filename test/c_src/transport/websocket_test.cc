// SPDX-License-Identifier: MPL-2.0
#include "transport/websocket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rabbit_socks::transport {
namespace {

class Listener final : public MessageSink {
 public:
  bool OnMessage(base::Payload, base::Bytes data) override {
    heard.emplace_back(data);
    return heard.size() < stop_after;
  }
  std::vector<std::string> heard;
  size_t stop_after = 1000;
};

std::string Frame(unsigned char first, const std::string& payload) {
  std::string frame(1, static_cast<char>(first));
  frame.push_back(static_cast<char>(0x80 | payload.size()));
  return frame + std::string(4, '\0') + payload;
}

class WebSocketTest : public testing::Test {
 protected:
  WebSocket::Outcome Feed(std::string bytes, bool backed_up = false) {
    return socket_.Feed(bytes, now_, backed_up, 100, &listener_, &replies_);
  }
  base::Time now_ = 5000;
  WebSocket socket_{websocket::Draft::kRfc6455, {}, 5000};
  Listener listener_;
  std::string replies_;
};

TEST_F(WebSocketTest, StopsWhenToldAndGoesOn) {
  listener_.stop_after = 1;
  std::string two = Frame(0x81, "a") + Frame(0x81, "b");
  const WebSocket::Outcome outcome = Feed(two);
  EXPECT_EQ(outcome.consumed, 7U);
  Feed(two.substr(outcome.consumed));
  EXPECT_EQ(listener_.heard, (std::vector<std::string>{"a", "b"}));
}

TEST_F(WebSocketTest, AnswersPings) {
  Feed(Frame(0x89, "hi"));
  EXPECT_EQ(replies_, std::string("\x8A\x02hi"));
}

TEST_F(WebSocketTest, TheRateIsPerSecond) {
  for (int second = 0; second < 3; ++second) {
    std::string flood;
    for (int i = 0; i < 100; ++i) flood += Frame(0x8A, "");
    EXPECT_EQ(Feed(flood).end, WebSocket::End::kNone);
    now_ += 1000;
  }
  std::string flood;
  for (int i = 0; i < 101; ++i) flood += Frame(0x8A, "");
  const WebSocket::Outcome outcome = Feed(flood);
  EXPECT_EQ(outcome.end, WebSocket::End::kFault);
  EXPECT_EQ(outcome.code, 1008);
}

TEST_F(WebSocketTest, NothingAfterThePeersClose) {
  const WebSocket::Outcome outcome =
      Feed(Frame(0x88, std::string("\x03\xE8gone", 6)) + Frame(0x81, "late"));
  EXPECT_EQ(outcome.end, WebSocket::End::kPeerClosed);
  EXPECT_EQ(outcome.code, 1000);
  EXPECT_EQ(outcome.reason, "gone");
  EXPECT_TRUE(listener_.heard.empty());
}

TEST_F(WebSocketTest, OnePingPerSilence) {
  EXPECT_EQ(socket_.Check(now_ + 29999, 30000, 60000), WebSocket::Life::kFine);
  EXPECT_EQ(socket_.Check(now_ + 30000, 30000, 60000), WebSocket::Life::kPing);
  EXPECT_EQ(socket_.Check(now_ + 31000, 30000, 60000), WebSocket::Life::kFine);
  EXPECT_EQ(socket_.Check(now_ + 60000, 30000, 60000), WebSocket::Life::kDead);
  now_ += 40000;
  Feed(Frame(0x8A, ""));
  EXPECT_EQ(socket_.Check(now_ + 29999, 30000, 60000), WebSocket::Life::kFine);
}

TEST(HixieWebSocket, IsNeverPinged) {
  WebSocket socket(websocket::Draft::kHixie76, {}, 0);
  EXPECT_EQ(socket.Check(1000000, 30000, 60000), WebSocket::Life::kFine);
}

}  // namespace
}  // namespace rabbit_socks::transport
