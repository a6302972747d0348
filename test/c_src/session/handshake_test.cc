// SPDX-License-Identifier: MPL-2.0
// Handshakes through the hub: hixie, refusals, relayed upgrades.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

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

TEST(WebSocketConversation, S12FieldsThatWouldSplitTheAnswerAreLeftOut) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, Conversation::Get("/websocket",
                                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: "
                                 "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  with.hub.Accept(with.LastOpened(), "pid",
                  {{"X-Good", "1"},
                   {"X-Bad", "a\r\nSet-Cookie: x=1"},
                   {"X-Nul", std::string("a\0b", 3)},
                   {"Two words", "1"}},
                  with.now);
  with.Wait(100);
  const std::string head = with.Take(c);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(head, HasSubstr("\r\nX-Good: 1\r\n"));
  for (const char* bad : {"X-Bad", "Set-Cookie", "X-Nul", "Two words"})
    EXPECT_THAT(head, testing::Not(HasSubstr(bad)));
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
  const std::vector<std::pair<std::string, std::string>> begin(
      with.relayed[c.value].headers.begin(),
      with.relayed[c.value].headers.begin() + 2);
  EXPECT_EQ(begin, (std::vector<std::pair<std::string, std::string>>{
                       {"Upgrade", "websocket"}, {"Connection", "Upgrade"}}))
      << "the broker writes no field of its own that a client looks for";
  with.Say(with.LastOpened(), "early");
  EXPECT_EQ(with.Take(c), "") << "the broker is still writing the head";
  with.hub.Switched(c, with.now);
  with.Send(c, ClientText("hello"));
  EXPECT_EQ(with.Take(c), ServerText("early"));
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello"));
}

}  // namespace
}  // namespace rabbit_socks::session
