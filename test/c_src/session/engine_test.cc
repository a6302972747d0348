// SPDX-License-Identifier: MPL-2.0
// Conversations with clients of Engine.IO, bare and with Socket.IO since 1.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Engine4, HandshakeOverPolling) {
  C with;
  const Poller client(&with, "4");
  EXPECT_THAT(client.opened, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(C::Body(client.opened),
            "0{\"sid\":\"" + client.sid +
                "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                "\"pingTimeout\":20000,\"maxPayload\":1000000}");
  EXPECT_EQ(client.sid.size(), 27U);
  EXPECT_THAT(with.opened, IsEmpty()) << "no namespace was asked for";
}

TEST(Engine4, HandshakeOverWebSocket) {
  C with;
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(answer, HasSubstr("0{\"sid\":\""));
  EXPECT_THAT(answer, HasSubstr("\"upgrades\":[],"));
}

// Attack rows E01, E12, E13, E18; the codes are those of the reference.
TEST(Engine, RequestsThatMakeNoSense) {
  C with;
  const auto answer = [&](const std::string& request) {
    const auto c = with.Connect();
    with.Send(c, request);
    return with.Take(c);
  };
  const auto get = [&](const std::string& query) {
    return answer(C::Get("/socket.io/?" + query));
  };
  for (const char* query :
       {"EIO=4", "EIO=4&transport=abc", "EIO=4&transport=__proto__",
        "EIO=4&transport=constructor", "EIO=4&transport=polling2",
        "EIO=4&transport=polling&transport=polling", ""}) {
    EXPECT_THAT(get(query), StartsWith("HTTP/1.1 400 ")) << query;
    EXPECT_THAT(get(query),
                EndsWith("{\"code\":0,\"message\":\"Transport unknown\"}"));
  }
  EXPECT_THAT(get("EIO=4&transport=polling&sid=zzz"),
              EndsWith("{\"code\":1,\"message\":\"Session ID unknown\"}"));
  EXPECT_THAT(get("EIO=4&transport=websocket"),
              EndsWith("{\"code\":3,\"message\":\"Bad request\"}"));
  for (const char* version : {"", "EIO=abc&", "EIO=1&", "EIO=5&", "EIO=44&"}) {
    EXPECT_THAT(
        get(version + std::string("transport=polling")),
        EndsWith("{\"code\":5,\"message\":\"Unsupported protocol version\"}"));
  }
  EXPECT_THAT(answer(C::Post("/socket.io/?EIO=4&transport=polling", "40")),
              EndsWith("{\"code\":2,\"message\":\"Bad handshake method\"}"));
  const std::string refused =
      answer(Upgrade("/socket.io/?EIO=4&transport=abc"));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(refused, EndsWith("\r\n\r\nTransport unknown"));
  EXPECT_THAT(get("EIO=3&transport=polling&j=0);alert(1)//"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(Engine4, NamespacesAndEvents) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/chat/room?EIO=4&transport=websocket&x=1"));
  with.Take(c);
  with.Send(c, ClientText("40/a,{\"token\":\"123\"}"));
  const auto s = with.LastOpened();
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_EQ(with.infos[0].nsp, "/a");
  EXPECT_EQ(C::Json(with.infos[0].auth), "{\"token\":\"123\"}");
  EXPECT_STREQ(with.infos[0].generation, "socket.io-4");
  EXPECT_THAT(with.infos[0].path, ElementsAre("chat", "room"));
  EXPECT_EQ(with.infos[0].query, "EIO=4&transport=websocket&x=1");
  with.Accept(s);
  EXPECT_THAT(with.Take(c), HasSubstr("40/a,{\"sid\":\""));
  with.Send(c, ClientText("42/a,[\"hi\",1,null,{\"k\":[true]}]"));
  with.Send(c, ClientText("42/a,7[\"ask\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:hi:[1,null,{\"k\":[true]}]",
                                        "event:ask:[]:7"));
  with.Reply(s, 7, "[\"ok\"]");
  EXPECT_EQ(with.Take(c), ServerText("43/a,7[\"ok\"]"));
  with.Emit(s, "news", "[1]", 3);
  EXPECT_EQ(with.Take(c), ServerText("42/a,3[\"news\",1]"));
  with.Send(c, ClientText("43/a,3[\"yes\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre("ack:[\"yes\"]:3"));
  with.Send(c, ClientText("41/a"));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  EXPECT_EQ(with.Fate(c), "") << "the connection stays";
}

TEST(Engine4, AttachmentsBothWays) {
  C with(Events());
  const auto c = Open4(&with);
  with.Send(c, ClientText("451-[\"up\",{\"_placeholder\":true,\"num\":0}]"));
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Send(c, ClientFrame(0x82, "bytes"));
  EXPECT_THAT(
      with.Heard(),
      ElementsAre("event:up:[{\"_placeholder\":true,\"num\":0}]<bytes>"));
  base::Value args;
  args.Array(1);
  args.Binary("down");
  with.Send(with.LastOpened(),
            {base::Message::Kind::kEvent, "down", std::nullopt, &args});
  EXPECT_EQ(with.Take(c),
            ServerText("451-[\"down\",{\"_placeholder\":true,\"num\":0}]") +
                "\x82\x04" + "down");
}

// Attack row E06: attachments that never come.
TEST(Engine4, MissingAttachmentsEndTheClient) {
  C with(Events());
  const auto c = Open4(&with);
  with.Send(c, ClientText("451-[\"up\",{\"_placeholder\":true,\"num\":0}]"));
  with.Wait(24000);
  with.Send(c, ClientText("42[\"text\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
}

TEST(Engine4, PacketsThatEndTheClient) {
  for (const char* text : {"42/b,[\"x\"]", "40", "abc", "4abc", "42{}",
                           "42abc[\"x\"]", "44{}", "2", "450-[{}]x", "4"}) {
    C with(Events());
    const auto c = Open4(&with);
    with.Send(c, ClientText(text));
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:10"))) << text;
  }
}

TEST(Engine4, ARefusedNamespaceIsToldWhy) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with.Take(c);
  with.Send(c, ClientText("40/no,"));
  with.Refuse(with.LastOpened(), 403, "Not authorized", C::Parsed("[1]"));
  EXPECT_EQ(with.Take(c),
            ServerText("44/no,{\"message\":\"Not authorized\",\"data\":[1]}"));
  with.Send(c, ClientText("40/no,"));
  with.Refuse(with.LastOpened(), 403, "Invalid namespace");
  EXPECT_EQ(with.Take(c),
            ServerText("44/no,{\"message\":\"Invalid namespace\"}"));
  EXPECT_EQ(with.Fate(c), "");
}

TEST(Engine4, WithoutANamespaceTheClientIsClosed) {
  C with;
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with.Wait(25200);
  with.Send(c, ClientText("3"));
  with.Take(c);
  with.Wait(20000);
  EXPECT_THAT(with.Take(c), EndsWith("no namespace was asked for"));
}

TEST(Engine4, TheServerPings) {
  C with;
  const auto c = Open4(&with);
  with.Wait(25200);
  EXPECT_EQ(with.Take(c), ServerText("2"));
  with.Send(c, ClientText("3"));
  with.Wait(25200);
  EXPECT_EQ(with.Take(c), ServerText("2"));
  with.Wait(20200);
  EXPECT_EQ(with.Fate(c), "reset ");
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:ping timeout"));
}

// Attack row E27: the ping was never fetched.
TEST(Engine4, APongForAPingNotFetchedIsNone) {
  C with;
  const Poller client(&with, "4");
  EXPECT_THAT(client.Post("40"), EndsWith("ok"));
  with.Accept(with.LastOpened());
  with.Wait(25200);
  EXPECT_THAT(client.Post("3"), EndsWith("ok"));
  with.Wait(20200);
  EXPECT_THAT(client.Post("3"), StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace rabbit_socks::session
