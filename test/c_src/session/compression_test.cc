// SPDX-License-Identifier: MPL-2.0
// permessage-deflate through the hub: negotiated by the listener's policy, in
// the handshake and in the frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using websocket::Compression;

const std::string kOffer =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const std::string kHello("\xF2\x48\xCD\xC9\xC9\x07\x00", 7);

ListenerConfig With(Compression compression) {
  ListenerConfig config = Conversation::Default();
  config.limits.compression.compression = compression;
  return config;
}

TEST(CompressionConversation, IsOffUnlessTheListenerSaysSo) {
  Conversation with;
  const auto c = with.Connect();
  EXPECT_THAT(with.OpenWebSocket(c, "/websocket/a", kOffer),
              Not(HasSubstr("Extensions")));
  with.Send(c, ClientFrame(0xC1, kHello));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1002:reserved bit set"));
}

TEST(CompressionConversation, SharedBothWays) {
  Conversation with(With(Compression::kShared));
  const auto c = with.Connect();
  EXPECT_THAT(with.OpenWebSocket(c, "/websocket/a", kOffer),
              HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                        "server_no_context_takeover; "
                        "client_no_context_takeover\r\n"));
  with.SendByteByByte(c, ClientFrame(0xC1, kHello) + ClientText("plain"));
  EXPECT_THAT(with.Heard(), ElementsAre("text:Hello", "text:plain"));
  with.Say(with.LastOpened(), "small");
  EXPECT_EQ(with.Take(c), ServerText("small"));
  with.Say(with.LastOpened(), std::string(1024, 'a'));
  const std::string large = with.Take(c);
  EXPECT_EQ(large[0], '\xC1');
  EXPECT_LT(large.size(), 30U);
  with.Say(with.LastOpened(), std::string(1024, 'a'));
  EXPECT_EQ(with.Take(c), large);
}

TEST(CompressionConversation, DedicatedKeepsItsContext) {
  Conversation with(With(Compression::kDedicated));
  const auto c = with.Connect();
  EXPECT_THAT(with.OpenWebSocket(c, "/websocket/a", kOffer),
              HasSubstr("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  with.Send(c, ClientFrame(0xC1, kHello) +
                   ClientFrame(0xC1, std::string("\xF2\x00\x11\x00\x00", 5)));
  EXPECT_THAT(with.Heard(), ElementsAre("text:Hello", "text:Hello"));
  std::string text;
  for (int i = 0; i < 400; ++i) text += std::to_string(i);
  with.Say(with.LastOpened(), text);
  const size_t first = with.Take(c).size();
  with.Say(with.LastOpened(), text);
  EXPECT_LT(with.Take(c).size(), first / 4);
}

TEST(CompressionConversation, WithoutAnAcceptableOfferItGoesOnUncompressed) {
  Conversation with(With(Compression::kShared));
  const std::string declined =
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8, "
      "permessage-deflate; foo;;\r\n";
  for (const std::string& offer : {std::string(), declined}) {
    const auto c = with.Connect();
    EXPECT_THAT(with.OpenWebSocket(c, "/websocket/a", offer),
                Not(HasSubstr("Extensions")));
    with.Say(with.LastOpened(), std::string(100, 'a'));
    EXPECT_EQ(with.Take(c), ServerText(std::string(100, 'a')));
  }
}

// The drafts before the RFC had another extension of that kind.
TEST(CompressionConversation, DraftsGetNone) {
  Conversation with(With(Compression::kShared));
  const auto c = with.Connect();
  with.Send(
      c, Conversation::Get("/websocket",
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 8\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                               kOffer));
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Take(c), Not(HasSubstr("Extensions")));
}

// A module knows no extension: what it says of one would be a lie.
TEST(CompressionConversation, TheModuleCannotNameExtensions) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(
      c, Conversation::Get("/websocket",
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  with.Accept(
      with.LastOpened(), "pid",
      {{"Sec-Websocket-Extensions", "permessage-deflate"}, {"X-Mine", "1"}});
  EXPECT_THAT(with.Take(c), testing::AllOf(Not(HasSubstr("xtensions")),
                                           HasSubstr("X-Mine: 1\r\n")));
}

TEST(CompressionConversation, D01ABombEndsIt) {
  ListenerConfig config = With(Compression::kShared);
  config.limits.websocket.max_message = 4;
  Conversation with(std::move(config));
  const auto c = with.Connect();
  with.OpenWebSocket(c, "/websocket/a", kOffer);
  with.Send(c, ClientFrame(0xC1, kHello));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1009:message too big"));
}

TEST(CompressionConversation, ARelayedConnectionHasItToo) {
  Conversation with(With(Compression::kShared));
  http::Request request;
  request.target = request.path = "/websocket/a";
  request.upgrade = true;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"host", "h"},
           {"upgrade", "websocket"},
           {"connection", "Upgrade"},
           {"sec-websocket-version", "13"},
           {"sec-websocket-extensions", "permessage-deflate"},
           {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}}) {
    request.headers.Add(name, value);
  }
  const auto c = with.hub.Relay(Conversation::kListener, Peer{},
                                std::move(request), with.now);
  with.Wait(100);
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.relayed[c.value].headers,
              testing::Contains(testing::Pair(
                  "Sec-WebSocket-Extensions",
                  "permessage-deflate; server_no_context_takeover; "
                  "client_no_context_takeover")));
  with.hub.Switched(c, with.now);
  with.Send(c, ClientFrame(0xC1, kHello));
  EXPECT_THAT(with.Heard(), ElementsAre("text:Hello"));
}

}  // namespace
}  // namespace rabbit_socks::session
