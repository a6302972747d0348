// SPDX-License-Identifier: MPL-2.0
// Bare WebSocket conversations through the hub: handshake, messages, credit,
// closing, life signs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string ServerText(const std::string& text) {
  return std::string("\x81") + static_cast<char>(text.size()) + text;
}
std::string CloseFrame(unsigned code) {
  return {'\x88', '\x02', static_cast<char>(code >> 8),
          static_cast<char>(code & 0xFF)};
}

TEST(WebSocketConversation, OpensOnAcceptAndEchoes) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket/room/1/?q=1 HTTP/1.1\r\nHost: h\r\nUpgrade: "
            "websocket\r\nConnection: keep-alive, Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt, "
            "echo\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  ASSERT_EQ(with.opened.size(), 1U);
  EXPECT_THAT(with.infos[0].path, ElementsAre("room", "1"));
  EXPECT_EQ(with.infos[0].query, "q=1");
  EXPECT_EQ(with.infos[0].subprotocol, "echo");
  EXPECT_STREQ(with.infos[0].protocol, "rfc6455");
  EXPECT_EQ(with.Take(c), "") << "nothing before the node accepts";
  with.Accept(with.LastOpened());
  const std::string head = with.Take(c);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(
      head,
      HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Protocol: echo\r\n"));
  with.Send(c, ClientText("hello"));
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello"));
  with.Say(with.LastOpened(), "back");
  EXPECT_EQ(with.Take(c), ServerText("back"));
}

TEST(WebSocketConversation, FramesSentWithTheHeadWaitForTheAccept) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket HTTP/1.1\r\nHost: h\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
                ClientText("early"));
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Heard(), ElementsAre("text:early"));
}

TEST(WebSocketConversation, ARefusalIsAnHttpAnswer) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket HTTP/1.1\r\nHost: h\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  with.Refuse(with.LastOpened(), 403, "not you");
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(with.Fate(c), "finish ");
  with.Accept(with.LastOpened(), "late");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:"));
}

TEST(WebSocketConversation, NoAnswerOfTheNodeIs503) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket HTTP/1.1\r\nHost: h\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  with.Wait(10500);
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

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

TEST(WebSocketConversation, Hixie76AnswersHeadAndProofInOneWrite) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, "GET /demo HTTP/1.1\r\nHost: example.com\r\n\r\n");
  with.Take(c);
  const std::string head =
      "GET /websocket/demo HTTP/1.1\r\nHost: example.com\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"
      "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 "
      "5\r\nOrigin: http://example.com\r\n\r\n";
  const auto d = with.Connect();
  with.Send(d, head + "^n:ds[4U" + std::string("\0hi\xFF", 4));
  with.Accept(with.LastOpened());
  const std::string answer = with.Take(d);
  EXPECT_THAT(
      answer,
      StartsWith("HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: "
                 "WebSocket\r\nConnection: Upgrade\r\n"));
  EXPECT_EQ(Conversation::Body(answer), "8jKS'y:G*Co,Wxa-");
  EXPECT_THAT(with.Heard(), ElementsAre("text:hi"));
  with.Say(with.LastOpened(), "yo");
  EXPECT_EQ(with.Take(d), std::string("\0yo\xFF", 4));
}

TEST(WebSocketConversation, Hixie76KeyThatComesLate) {
  Conversation with;
  const std::string head =
      "GET /websocket/demo HTTP/1.1\r\nHost: example.com\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"
      "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 "
      "5\r\nOrigin: http://example.com\r\n\r\n";
  const auto c = with.Connect();
  with.Send(c, head);
  with.Accept(with.LastOpened());
  with.Say(with.LastOpened(), "hello");
  EXPECT_THAT(Conversation::Body(with.Take(c)), IsEmpty())
      << "a proxy may hold the key back until it has seen the head";
  with.SendByteByByte(c, "^n:ds[4U");
  EXPECT_EQ(with.Take(c), "8jKS'y:G*Co,Wxa-" + std::string("\0hello\xFF", 7));

  const auto part = with.Connect();
  with.Send(part, head + "^n:");
  with.Accept(with.LastOpened());
  EXPECT_EQ(with.Take(part), "");
  with.Wait(10500);
  EXPECT_THAT(with.Take(part), StartsWith("HTTP/1.1 408 ")) << "X03";
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1006:the handshake took too long"));
}

TEST(WebSocketConversation, HixieCanBeSwitchedOff) {
  ListenerConfig config = Conversation::Default();
  config.limits.hixie = false;
  Conversation with(std::move(config));
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket/demo HTTP/1.1\r\nHost: example.com\r\nConnection: "
            "Upgrade\r\nUpgrade: WebSocket\r\nOrigin: http://a\r\n\r\n");
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.opened, IsEmpty());
}

TEST(WebSocketConversation, BinaryToHixieClosesTheSession) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket/demo HTTP/1.1\r\nHost: example.com\r\nConnection: "
            "Upgrade\r\nUpgrade: WebSocket\r\nOrigin: http://a\r\n\r\n");
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Take(c),
              StartsWith("HTTP/1.1 101 Web Socket Protocol Handshake\r\n"));
  with.Say(with.LastOpened(), "\x01\x02", base::Payload::kBinary);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1003:cannot carry this message"));
  EXPECT_EQ(with.Fate(c), "finish ");
  EXPECT_EQ(with.logs.size(), 1U);
}

TEST(WebSocketConversation, ARelayedUpgradeIsSwitchedByTheBroker) {
  Conversation with;
  http::Request request;
  request.target = "/socks/websocket/a";
  request.path = "/websocket/a";
  request.upgrade = true;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"host", "h"},
           {"upgrade", "websocket"},
           {"connection", "Upgrade"},
           {"sec-websocket-version", "13"},
           {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}}) {
    request.headers.Add(name, value);
  }
  const auto c = with.hub.Relay(Conversation::kListener, Peer{},
                                std::move(request), with.now);
  with.Wait(100);
  with.Accept(with.LastOpened());
  EXPECT_EQ(with.Fate(c), "switch ");
  EXPECT_EQ(with.relayed[c.value].status, 101);
  with.Say(with.LastOpened(), "early");
  EXPECT_EQ(with.Take(c), "") << "the broker is still writing the head";
  with.hub.Switched(c, with.now);
  with.Send(c, ClientText("hello"));
  EXPECT_EQ(with.Take(c), ServerText("early"));
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello"));
}

}  // namespace
}  // namespace rabbit_socks::session
