// SPDX-License-Identifier: MPL-2.0
// Bare WebSockets that speak rabbit-socks.json: how one comes to, what ends it,
// and that it costs what other messages do. Which message is which is in
// messages_test.cc and rooms_test.cc, for all generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Offer(const std::string& names) {
  return "Sec-WebSocket-Protocol: " + names + "\r\n";
}

std::string CloseWith(unsigned code, const std::string& reason) {
  std::string frame = CloseFrame(code) + reason;
  frame[1] = static_cast<char>(2 + reason.size());
  return frame;
}

TEST(JsonEvents, AreNegotiated) {
  C with(Events());
  const auto c = with.Connect();
  EXPECT_THAT(
      with.OpenWebSocket(c, "/websocket/a?x=1", Offer("rabbit-socks.json")),
      HasSubstr("Sec-WebSocket-Protocol: rabbit-socks.json\r\n"));
  const base::OpenInfo& info = with.infos.back();
  EXPECT_EQ(info.generation, std::string("rabbit-socks.json"));
  EXPECT_EQ(info.transport, std::string("websocket"));
  EXPECT_EQ(info.subprotocol, "rabbit-socks.json");
  EXPECT_EQ(info.nsp, "");
  EXPECT_EQ(info.query, "x=1");
  with.Send(c, ClientText(R"({"event":"x","args":[1],"id":0})"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:x:[1]:0"));
}

// Whoever has not negotiated it has frames, as ever.
TEST(JsonEvents, AreForThoseWhoAsked) {
  for (const std::string& fields : {std::string(), Offer("echo")}) {
    C with(Events());
    const auto c = with.Connect();
    with.OpenWebSocket(c, "/websocket/a", fields);
    EXPECT_EQ(with.infos.back().generation, std::string("none"));
    with.Send(c, ClientText(R"({"event":"x","args":[1]})"));
    EXPECT_THAT(with.Heard(), ElementsAre(R"(text:{"event":"x","args":[1]})"));
    with.Emit(with.LastOpened(), "ev", "[1]", 7);
    EXPECT_EQ(with.Take(c), ServerText(R"({"name":"ev","args":[1]})"));
  }
}

TEST(JsonEvents, OnlyWhereTheRouteHasThem) {
  ListenerConfig config = Events();
  config.routes[0].subprotocols = {"echo"};
  C with(std::move(config));
  const auto c = with.Connect();
  with.Send(c, Upgrade("/websocket/a")
                   .insert(Upgrade("/websocket/a").size() - 2,
                           Offer("rabbit-socks.json")));
  EXPECT_THAT(with.Take(c), HasSubstr("HTTP/1.1 400 "));
  EXPECT_THAT(with.opened, IsEmpty());
}

TEST(JsonEvents, BothWaysWithAcknowledgements) {
  C with(Events());
  const AnyClient client(&with, Kind::kJson);
  with.Emit(client.session, "ask", R"(["what"])", 41);
  EXPECT_EQ(client.Hear(), R"([{"event":"ask","args":["what"],"id":41}])");
  client.Say(R"({"ack":41,"args":["that"]})");
  client.Say(R"({"event":"and","id":99999999999999999})");
  EXPECT_THAT(with.Heard(), ElementsAre("ack:[\"that\"]:41",
                                        "event:and:[]:99999999999999999"));
  with.Reply(client.session, 99999999999999999, "[null]");
  EXPECT_EQ(client.Hear(), R"([{"ack":99999999999999999,"args":[null]}])");
}

// hixie-76 chooses subprotocols, too, and has text.
TEST(JsonEvents, OnOtherDrafts) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c,
            "GET /websocket/a HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\n"
            "Connection: Upgrade\r\nOrigin: http://h\r\n"
            "WebSocket-Protocol: rabbit-socks.json\r\n\r\n");
  with.Accept(with.LastOpened());
  with.Take(c);
  EXPECT_EQ(with.infos.back().protocol, std::string("hixie-75"));
  with.Send(c, std::string("\0{\"event\":\"x\",\"args\":[]}\xff", 25));
  EXPECT_THAT(with.Heard(), ElementsAre("event:x:[]"));
  with.Emit(with.LastOpened(), "y", "[]");
  EXPECT_EQ(with.Take(c),
            std::string("\0{\"event\":\"y\",\"args\":[]}\xff", 25));
}

// A message that is none ends the session; the client reads why.
TEST(JsonEvents, WhatIsNoMessageEndsIt) {
  const struct {
    std::string text;
    unsigned code;
    std::string reason;
  } cases[] = {
      {"hello", 1007, "not one JSON value"},
      {"", 1007, "not one JSON value"},
      {"[1]", 1002, "a message that is no object"},
      {"{}", 1002, "neither an event nor an acknowledgement"},
      {R"({"event":"x","args":1})", 1002, "args that are no list"},
      {R"({"event":"x","id":-1})", 1002, "an id that is no integer from 0 on"},
      {R"({"event":"x","args":[{"$base64":"?"}]})", 1007,
       "bytes that are not base64"},
      {R"({"event":"x","args":)" + std::string(64, '[') + std::string(64, ']') +
           "}",
       1009, "JSON nested too deep"},
  };
  for (const auto& one : cases) {
    C with(Events());
    const AnyClient client(&with, Kind::kJson);
    client.Say(R"({"event":"before"})");
    client.Say(one.text);
    client.Say(R"({"event":"behind"})");
    EXPECT_THAT(with.Heard(), ElementsAre("event:before:[]",
                                          "closed:" + std::to_string(one.code) +
                                              ":" + one.reason));
    with.Emit(client.session, "last", "[]");
    EXPECT_EQ(client.Hear(), R"([{"event":"last","args":[]}])")
        << "what came before is answered";
    with.Close(client.session, 1000);
    EXPECT_EQ(with.Take(client.ws), CloseWith(one.code, one.reason));
    EXPECT_EQ(with.Fate(client.ws), "finish ");
    EXPECT_EQ(with.hub.sessions(), 0U);
  }
}

TEST(JsonEvents, HaveNoBinaryMessages) {
  C with(Events());
  const AnyClient client(&with, Kind::kJson);
  with.Send(client.ws, ClientFrame(0x82, R"({"event":"x"})"));
  EXPECT_THAT(
      with.Heard(),
      ElementsAre("closed:1003:this subprotocol has no binary messages"));
  with.Close(client.session, 1000);
  EXPECT_EQ(with.Take(client.ws),
            CloseWith(1003, "this subprotocol has no binary messages"));
}

// E33: the listener's limits.
TEST(JsonEvents, AreLimited) {
  ListenerConfig config = Events();
  config.limits.framing.max_json_keys = 2;
  config.limits.websocket.max_message = 64;
  C with(std::move(config));
  const AnyClient keys(&with, Kind::kJson);
  keys.Say(R"({"event":"x","args":[],"id":1})");
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1009:too many keys in one JSON object"));
  const AnyClient size(&with, Kind::kJson);
  size.Say(R"({"event":"x","args":[")" + std::string(64, 'x') + "\"]}");
  EXPECT_THAT(with.Heard(), ElementsAre(testing::StartsWith("closed:1009:")));
}

TEST(JsonEvents, TakeCredit) {
  C with(Events());
  const AnyClient client(&with, Kind::kJson);
  std::string flood;
  for (int i = 0; i < 100; ++i)
    flood +=
        ClientText("{\"event\":\"x\",\"args\":[" + std::to_string(i) + "]}");
  with.Send(client.ws, flood);
  EXPECT_EQ(with.Heard().size(), 64U);
  EXPECT_EQ(with.Fate(client.ws), "pause ");
  with.Credit(client.session, 64, 0);
  const auto more = with.Heard();
  ASSERT_EQ(more.size(), 36U);
  EXPECT_EQ(more.front(), "event:x:[64]");
  EXPECT_EQ(more.back(), "event:x:[99]");
  EXPECT_EQ(with.Fate(client.ws), "resume ");
}

// One that makes us acknowledge and does not read.
TEST(JsonEvents, WhoDoesNotReadIsClosed) {
  C with;
  const AnyClient client(&with, Kind::kJson);
  with.Queued(client.ws, 1100000);
  client.Say(R"({"event":"x","id":1})");
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "closed:1013:the client is too slow"));
}

TEST(JsonEvents, TheModuleDisconnects) {
  for (const bool whole : {false, true}) {
    C with(Events());
    const AnyClient client(&with, Kind::kJson);
    with.Disconnect(client.session, whole);
    EXPECT_EQ(with.Take(client.ws), CloseFrame(1000));
    EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  }
}

TEST(JsonEvents, ARefusedClientGetsTheText) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c, Upgrade("/websocket/a")
                   .insert(Upgrade("/websocket/a").size() - 2,
                           Offer("rabbit-socks.json")));
  with.Refuse(with.LastOpened(), 403, "not you");
  EXPECT_THAT(with.Take(c), HasSubstr("HTTP/1.1 403 "));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::session
