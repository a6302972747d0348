// SPDX-License-Identifier: MPL-2.0
// What clients of Socket.IO 0.7 to 0.9 and a callback module say to each other:
// endpoints, messages, events, acknowledgements, heartbeats, the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/socketio09_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// On a WebSocket, greeted.
struct Open09 : Client09 {
  explicit Open09(C* conversation) : Client09(conversation) {
    ws = WebSocket(&first);
  }
  void Say(const std::string& text) const { with->Send(ws, ClientText(text)); }
  std::string Hear() const { return with->Take(ws); }
  base::ConnectionId ws;
  std::string first;
};

TEST(SocketIo09OverWebSocket, Greets) {
  C with(Events());
  const Open09 client(&with);
  EXPECT_EQ(client.first, ServerText("1::"));
  EXPECT_STREQ(with.infos[0].transport, "xhr-polling")
      << "the transport is not known before it comes";
}

TEST(SocketIo09OverWebSocket, FlashIsOneToo) {
  C with(Events());
  const Client09 client(&with);
  const auto c = with.Connect();
  with.Send(c, Upgrade(client.Target("flashsocket")));
  EXPECT_EQ(C::Body(with.Take(c)), ServerText("1::"));
}

TEST(SocketIo09Packets, MessagesJsonAndEvents) {
  C with(Events());
  const Open09 client(&with);
  client.Say("3:::a:b\nc");
  client.Say("4:::{\"a\":[1]}");
  client.Say("5:::{\"name\":\"ev\",\"args\":[1,\"\xc3\xbc\"]}");
  client.Say("5:::{\"name\":\"none\"}");
  EXPECT_THAT(
      with.Heard(),
      ElementsAre("event:message:[\"a:b\\nc\"]", "event:message:[{\"a\":[1]}]",
                  "event:ev:[1,\"\xc3\xbc\"]", "event:none:[]"));
  const auto s = client.session;
  with.Emit(s, "ev", "[1,null]");
  EXPECT_EQ(client.Hear(),
            ServerText("5:::{\"name\":\"ev\",\"args\":[1,null]}"));
  with.Say(s, "text");
  EXPECT_EQ(client.Hear(), ServerText("3:::text"));
  with.Say(s, "~j~[1]");
  EXPECT_EQ(client.Hear(), ServerText("4:::[1]"));
  with.Emit(s, "bytes", "[]");
  EXPECT_EQ(client.Hear(), ServerText("5:::{\"name\":\"bytes\"}"));
}

// An id without "+": the library, not the application, acknowledges.
TEST(SocketIo09Packets, AcknowledgementsOfTheClientsMessages) {
  C with(Events());
  const Open09 client(&with);
  client.Say("3:1::x");
  EXPECT_EQ(client.Hear(), ServerText("6:::1"));
  client.Say("4:2::[]");
  EXPECT_EQ(client.Hear(), ServerText("6:::2"));
  client.Say("5:3::{\"name\":\"ev\"}");
  EXPECT_EQ(client.Hear(), ServerText("6:::3"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"x\"]",
                                        "event:message:[[]]", "event:ev:[]"));
  client.Say("5:4+::{\"name\":\"ask\",\"args\":[\"q\"]}");
  client.Say("3:5+::asks too");
  EXPECT_EQ(client.Hear(), "");
  EXPECT_THAT(with.Heard(), ElementsAre("event:ask:[\"q\"]:4",
                                        "event:message:[\"asks too\"]:5"));
  with.Reply(client.session, 4, "[\"A\",{\"b\":1}]");
  EXPECT_EQ(client.Hear(), ServerText("6:::4+[\"A\",{\"b\":1}]"));
  with.Reply(client.session, 5, "[]");
  EXPECT_EQ(client.Hear(), ServerText("6:::5"));
}

TEST(SocketIo09Packets, AcknowledgementsOfOurEvents) {
  C with(Events());
  const Open09 client(&with);
  with.Emit(client.session, "ask", "[]", 7);
  EXPECT_EQ(client.Hear(), ServerText("5:7+::{\"name\":\"ask\"}"));
  client.Say("6:::7+[\"yes\",1]");
  client.Say("6:::8");
  client.Say("6:::9+[]");
  EXPECT_THAT(with.Heard(),
              ElementsAre("ack:[\"yes\",1]:7", "ack:[]:8", "ack:[]:9"));
}

TEST(SocketIo09Packets, Endpoints) {
  C with(Events());
  const Open09 client(&with);
  client.Say("1::/chat:?a=b");
  ASSERT_EQ(with.infos.size(), 2U);
  EXPECT_EQ(with.infos[1].nsp, "/chat");
  EXPECT_EQ(with.infos[1].query, "a=b");
  EXPECT_STREQ(with.infos[1].transport, "websocket");
  const auto chat = with.LastOpened();
  with.Accept(chat, "chat");
  EXPECT_EQ(client.Hear(), ServerText("1::/chat"));
  client.Say("1::/b?c=d");
  EXPECT_EQ(with.infos[2].query, "c=d");
  with.Refuse(with.LastOpened(), 403, "no");
  EXPECT_EQ(client.Hear(), ServerText("7::/b:2")) << "unauthorized";
  client.Say("5:1+:/chat:{\"name\":\"x\"}");
  EXPECT_THAT(with.Heard(), ElementsAre("event:x:[]:1"));
  with.Reply(chat, 1, "[2]");
  EXPECT_EQ(client.Hear(), ServerText("6::/chat:1+[2]"));
  client.Say("1::/chat");
  EXPECT_EQ(client.Hear(), ServerText("1::/chat")) << "asked and told again";
  client.Say("3::/nowhere:x");
  client.Say("7::/chat:0");
  EXPECT_THAT(with.Heard(), IsEmpty()) << "ignored, as the reference does";
  client.Say("0::/chat");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  EXPECT_EQ(client.Hear(), "");
  EXPECT_EQ(with.hub.sessions(), 1U) << "the default endpoint stays";
}

// It asks and sends in one breath; the node may take its time.
TEST(SocketIo09Packets, WhatIsSentBehindAConnectIsNotLost) {
  C with(Events());
  const Client09 client(&with);
  EXPECT_EQ(client.Fetch(), "1::");
  EXPECT_EQ(
      C::Body(client.Post(Payload09({"3:::one", "1::/a", "3::/a:two", "1::/b",
                                     "3::/b:three", "3:::four"}))),
      "1");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"one\"]"));
  EXPECT_EQ(client.Post("3:::five"), "") << "waits";
  with.Accept(with.LastOpened(), "a");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"two\"]"));
  with.Refuse(with.LastOpened(), 403, "no");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"four\"]",
                                        "event:message:[\"five\"]"));
}

TEST(SocketIo09Packets, WhatIsHeldMayEndTheClient) {
  C with(Events());
  const Client09 client(&with);
  const auto poll = client.Poll();
  EXPECT_EQ(C::Body(with.Take(poll)), "1::");
  client.Post(Payload09({"1::/a", "0::", "3:::late"}));
  with.Accept(with.LastOpened(), "a");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:", "closed:1000:"));
  EXPECT_EQ(client.Fetch(), Payload09({"1::/a", "0::"}));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(SocketIo09Packets, NamespacesAreLimited) {
  ListenerConfig config = Events();
  config.limits.max_namespaces = 3;
  C with(config);
  const Open09 client(&with);
  for (const char* packet : {"1::/1", "1::/2"}) {
    client.Say(packet);
    with.Accept(with.LastOpened());
  }
  client.Say("1::/3");
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1008:"),
                                        StartsWith("closed:1008:"),
                                        StartsWith("closed:1008:")));
}

TEST(SocketIo09Packets, Heartbeats) {
  C with(Events());
  const Open09 client(&with);
  with.Wait(25100);
  EXPECT_EQ(client.Hear(), ServerText("2::"));
  with.Wait(20000);
  client.Say("2::");
  EXPECT_EQ(client.Hear(), "");
  with.Wait(24000);
  EXPECT_EQ(client.Hear(), "");
  client.Say("2::");
  with.Wait(24000);
  EXPECT_EQ(client.Hear(), "") << "one that it sends by itself counts";
  with.Wait(1500);
  EXPECT_EQ(client.Hear(), ServerText("2::"));
  with.Wait(60300);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:heartbeat not answered"));
  EXPECT_EQ(with.Fate(client.ws), "reset ");
}

TEST(SocketIo09Packets, TheClientDisconnects) {
  for (const char* packet : {"0::", "0", "0::/"}) {
    C with(Events());
    const Open09 client(&with);
    client.Say("1::/chat");
    with.Accept(with.LastOpened(), "chat");
    client.Hear();
    client.Say(packet);
    EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:", "closed:1000:"))
        << packet;
    EXPECT_EQ(client.Hear(), ServerText("0::") + CloseFrame(1000)) << packet;
    EXPECT_EQ(with.hub.sessions(), 0U) << packet;
  }
}

TEST(SocketIo09Packets, TheServerDisconnects) {
  C with(Events());
  const Open09 client(&with);
  client.Say("1::/chat");
  const auto chat = with.LastOpened();
  with.Accept(chat, "chat");
  client.Hear();
  with.Disconnect(chat, false);
  EXPECT_EQ(client.Hear(), ServerText("0::/chat"));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  client.Say("1::/chat");
  with.Accept(with.LastOpened(), "chat");
  client.Hear();
  with.Close(with.LastOpened(), 1008, "enough");
  EXPECT_EQ(client.Hear(), ServerText("0::/chat"));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1008:enough"));
  with.Disconnect(client.session, true);
  EXPECT_EQ(client.Hear(), ServerText("0::") + CloseFrame(1000));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
}

// The client takes "0::" for the end of all, whoever meant it for "/" only.
TEST(SocketIo09Packets, TheEndOfTheDefaultEndpointIsTheEnd) {
  C with(Events());
  const Open09 client(&with);
  client.Say("1::/chat");
  with.Accept(with.LastOpened(), "chat");
  client.Hear();
  with.Disconnect(client.session, false);
  EXPECT_EQ(client.Hear(), ServerText("0::") + CloseFrame(1000));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:", "closed:1000:"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(SocketIo09Packets, WhatIsNoPacketIsIgnored) {
  C with(Events());
  const Open09 client(&with);
  for (const char* text :
       {"9:::", "", "x", ":::", "5:::{", "5:::[]", "4:::{", "6:::1e9+[",
        "6:::x", "5:::{\"name\":\"disconnect\"}", "8::", "3"})
    client.Say(text);
  EXPECT_THAT(with.Heard(), IsEmpty());
  EXPECT_EQ(with.Fate(client.ws), "");
}

// Attack row E31.
TEST(SocketIo09Packets, WhatIsOverALimitEndsTheClient) {
  const std::string deep(100, '[');
  for (const std::string& text :
       {std::string("5:123456789012345678+::{\"name\":\"x\"}"),
        std::string("6:::999999999999999999"), "1::/" + std::string(256, 'n'),
        "4:::" + deep}) {
    C with(Events());
    const Open09 client(&with);
    client.Say(text);
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1009:"))) << text;
  }
  C with(Events());
  const Open09 client(&with);
  with.Send(client.ws, ClientFrame(0x82, "3:::x"));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1003:")));
}

// Names that an object of JavaScript has, or that a server uses itself (E09).
TEST(SocketIo09Packets, NamesOfEventsAreData) {
  C with(Events());
  const Open09 client(&with);
  for (const char* name : {"connect", "error", "__proto__", "message"})
    client.Say("5:::{\"name\":\"" + std::string(name) + "\",\"args\":[1]}");
  EXPECT_THAT(with.Heard(),
              ElementsAre("event:connect:[1]", "event:error:[1]",
                          "event:__proto__:[1]", "event:message:[1]"));
}

}  // namespace
}  // namespace rabbit_socks::session
