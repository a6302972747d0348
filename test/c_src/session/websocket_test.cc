// SPDX-License-Identifier: MPL-2.0
// Bare WebSocket conversations through the hub: handshake, messages, credit,
// closing, life signs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(WebSocketConversation, ThePeersCloseIsEchoedAndReported) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, ClientFrame(0x88, std::string("\x0B\xB8", 2) + "bye") +
                   ClientText("after"));
  EXPECT_EQ(with.Take(c), "") << "what came before may still be answered";
  with.Say(with.LastOpened(), "last");
  EXPECT_EQ(with.Take(c), ServerText("last"));
  with.Close(with.LastOpened(), 1000);
  EXPECT_EQ(with.Take(c), CloseFrame(3000));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:3000:bye"));
  EXPECT_EQ(with.Fate(c), "finish ");
  with.Lose(c);
  EXPECT_EQ(with.hub.connections(), 0U);
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(WebSocketConversation, OurCloseWaitsForTheirsAndThenForNothing) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Close(with.LastOpened(), 1000, "");
  EXPECT_EQ(with.Take(c), CloseFrame(1000));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  with.Send(c, ClientText("dropped"));
  EXPECT_THAT(with.Heard(), IsEmpty());
  EXPECT_EQ(with.Fate(c), "");
  with.Send(c, ClientFrame(0x88, std::string("\x03\xE8", 2)));
  EXPECT_EQ(with.Take(c), "") << "one close frame each way";
  EXPECT_EQ(with.Fate(c), "finish ");

  const auto silent = with.Connect();
  with.OpenWebSocket(silent);
  with.Close(with.LastOpened(), 1001, "");
  with.Wait(5200);
  EXPECT_EQ(with.Fate(silent), "reset ") << "L8";
}

TEST(WebSocketConversation, AnUnmaskedFrameFailsTheConnection) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, std::string("\x81\x05hello"));
  with.Close(with.LastOpened(), 1000);
  EXPECT_THAT(with.Take(c), StartsWith(CloseFrame(1002).substr(0, 1)));
  const auto heard = with.Heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_THAT(heard[0], StartsWith("closed:1002:"));
  EXPECT_EQ(with.Fate(c), "finish ");
}

TEST(WebSocketConversation, ReadingStopsWithoutCreditAndNothingIsLost) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += ClientText(std::to_string(i));
  with.Send(c, flood);
  EXPECT_EQ(with.Heard().size(), 64U);
  EXPECT_EQ(with.Fate(c), "pause ");
  with.Credit(with.LastOpened(), 32, 0);
  const auto more = with.Heard();
  EXPECT_EQ(more.size(), 32U);
  EXPECT_EQ(more.front(), "text:64");
  EXPECT_EQ(with.Fate(c), "") << "input is still waiting";
  with.Credit(with.LastOpened(), 64, 0);
  EXPECT_EQ(with.Heard().size(), 4U);
  EXPECT_EQ(with.Fate(c), "resume ");
}

TEST(WebSocketConversation, CreditCountsBytesToo) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, ClientText(std::string(300000, 'x')) + ClientText("second"));
  EXPECT_EQ(with.Heard().size(), 1U)
      << "a message larger than the window passes when the window is full";
  with.Credit(with.LastOpened(), 1, 200000);
  EXPECT_EQ(with.Heard().size(), 1U);
}

TEST(WebSocketConversation, SilenceIsPingedThenTakenForDeath) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Wait(30500);
  EXPECT_EQ(with.Take(c), std::string("\x89\x00", 2))
      << "L7: a ping after 30 s";
  with.Send(c, ClientFrame(0x8A, ""));
  with.Wait(30500);
  EXPECT_EQ(with.Take(c), std::string("\x89\x00", 2));
  with.Wait(30500);
  EXPECT_EQ(with.Fate(c), "reset ");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:no sign of life"));
}

TEST(WebSocketConversation, R08ThoseWhoCameTogetherAreNotPingedTogether) {
  Conversation with;
  constexpr size_t kCount = 640;
  std::vector<base::ConnectionId> all;
  for (size_t i = 0; i < kCount; ++i) {
    all.push_back(with.Connect());
    with.OpenWebSocket(all.back());
  }
  size_t most = 0;
  size_t pinged = 0;
  for (int tick = 0; tick < 305; ++tick) {
    with.Wait(100);
    size_t now = 0;
    for (const auto c : all) now += with.Take(c).empty() ? 0 : 1;
    most = std::max(most, now);
    pinged += now;
  }
  EXPECT_EQ(pinged, kCount);
  EXPECT_LT(most, kCount / 10);
}

TEST(WebSocketConversation, ASlowReaderIsCongestedThenDrainedThenClosed) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  const auto s = with.LastOpened();
  with.Say(s, "x");
  with.Queued(c, 70000);
  EXPECT_THAT(with.Heard(), ElementsAre("congested"));
  with.Queued(c, 40000);
  EXPECT_THAT(with.Heard(), IsEmpty()) << "not below the low mark";
  with.Queued(c, 30000);
  EXPECT_THAT(with.Heard(), ElementsAre("drained"));
  with.Queued(c, 1100000);
  with.Take(c);
  with.Say(s, "one more");
  EXPECT_EQ(with.Take(c).substr(0, 4), std::string("\x88\x18\x03\xF5", 4))
      << "1013";
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "closed:1013:the client is too slow"));
}

TEST(WebSocketConversation, NoByteTakenFor30SecondsIsTheEnd) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Say(with.LastOpened(), "x");
  with.Queued(c, 100);
  with.Wait(20000);
  with.Queued(c, 50);
  with.Wait(20000);
  EXPECT_EQ(with.Fate(c), "") << "bytes moved";
  with.Wait(12000);
  EXPECT_EQ(with.Fate(c), "reset ");
}

TEST(WebSocketConversation, PongsAreCoalescedWhileThePeerTakesNothing) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.Send(c, ClientFrame(0x89, "a") + ClientFrame(0x89, "b"));
  EXPECT_EQ(with.Take(c), std::string("\x8A\x01"
                                      "a"
                                      "\x8A\x01"
                                      "b"))
      << "a peer that reads gets every pong";
  with.Queued(c, 10);
  with.Send(c, ClientFrame(0x89, "c") + ClientFrame(0x89, "d"));
  EXPECT_EQ(with.Take(c), "");
  with.Queued(c, 0);
  EXPECT_EQ(with.Take(c), std::string("\x8A\x01"
                                      "d"))
      << "F19: only the latest";
}

TEST(WebSocketConversation, AFloodOfControlFramesIs1008) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  std::string flood;
  for (int i = 0; i < 101; ++i) flood += ClientFrame(0x8A, "x");
  with.Send(c, flood);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1008:too many control frames"));
  EXPECT_EQ(with.Take(c), "");
  with.Wait(5200);  // the node says nothing: close_timeout
  EXPECT_EQ(with.Take(c).substr(2, 2), std::string("\x03\xF0"));
}

TEST(WebSocketConversation, AnEndWithoutCloseFrameIs1006) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.End(c);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the connection was lost"));
  EXPECT_EQ(with.Fate(c), "finish ");
  const auto d = with.Connect();
  with.OpenWebSocket(d);
  with.Lose(d);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the connection was lost"));
}

TEST(WebSocketConversation, TheEndComesAfterWhatWaitsForCredit) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  std::string flood;
  for (int i = 0; i < 70; ++i) flood += ClientText("m");
  with.Send(c, flood);
  with.End(c);
  EXPECT_EQ(with.Heard().size(), 64U);
  with.Credit(with.LastOpened(), 64, 262144);
  const auto heard = with.Heard();
  ASSERT_EQ(heard.size(), 7U);
  EXPECT_THAT(heard.back(), StartsWith("closed:1006"));
}

}  // namespace
}  // namespace rabbit_socks::session
