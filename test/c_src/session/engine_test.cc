// SPDX-License-Identifier: MPL-2.0
// Conversations with clients of Engine.IO, bare and with Socket.IO since 1.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A listener whose callback module takes events.
ListenerConfig Events() {
  ListenerConfig config = C::Default();
  config.routes[0].events = true;
  return config;
}

// Also from inside a jsonp answer, where quotation marks are escaped.
std::string SidIn(const std::string& text) {
  constexpr size_t kSize = 27;
  const size_t at = text.find("\"sid\":\"");
  if (at != std::string::npos) return text.substr(at + 7, kSize);
  const size_t escaped = text.find("\\\"sid\\\":\\\"");
  return escaped == std::string::npos ? "" : text.substr(escaped + 10, kSize);
}

// A client that polls.
struct Poller {
  Poller(C* conversation, const std::string& version,
         const std::string& path = "/socket.io/", const std::string& more = "")
      : with(conversation),
        base(path + "?EIO=" + version + "&transport=polling" + more) {
    const auto c = with->Connect();
    with->Send(c, C::Get(base));
    if (path == "/engine.io/") with->Accept(with->LastOpened());
    opened = with->Take(c);
    sid = SidIn(opened);
  }
  std::string target() const { return base + "&sid=" + sid; }
  // Its answer may come later.
  base::ConnectionId Poll() const {
    const auto c = with->Connect();
    with->Send(c, C::Get(target()));
    return c;
  }
  std::string Fetch() const {
    const auto c = Poll();
    return C::Body(with->Take(c));
  }
  std::string Post(const std::string& body,
                   const std::string& fields = "") const {
    const auto c = with->Connect();
    with->Send(c, C::Post(target(), body, fields));
    return with->Take(c);
  }

  C* with;
  std::string base, opened, sid;
};

std::string Upgrade(const std::string& target) {
  return C::Get(target,
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

// A client of Socket.IO 4 on a WebSocket, connected to "/".
base::ConnectionId Open4(C* with) {
  const auto c = with->Connect();
  with->Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with->Take(c);
  with->Send(c, ClientText("40"));
  with->Accept(with->LastOpened());
  with->Take(c);
  return c;
}

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

TEST(Engine4, PollsAndPosts) {
  C with(Events());
  const Poller client(&with, "4");
  const std::string answer = client.Post("40");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/html\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok"));
  const auto poll = client.Poll();
  EXPECT_EQ(with.Take(poll), "");
  const auto s = with.LastOpened();
  with.Accept(s);
  EXPECT_THAT(C::Body(with.Take(poll)), StartsWith("40{\"sid\":\""));
  client.Post(
      "42[\"a\"]\x1e"
      "42[\"b\"]");
  EXPECT_THAT(with.Heard(), ElementsAre("event:a:[]", "event:b:[]"));
  with.Emit(s, "one", "[]");
  with.Emit(s, "two", "[]");
  EXPECT_EQ(client.Fetch(),
            "42[\"one\"]\x1e"
            "42[\"two\"]");
}

TEST(Engine4, TwoPollsAtOnceEndTheClient) {
  C with;
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  EXPECT_THAT(client.Fetch(), StartsWith("40"));
  const auto first = client.Poll();
  const auto second = client.Poll();
  EXPECT_EQ(C::Body(with.Take(first)), "1");
  EXPECT_THAT(with.Take(second), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(client.Post("3"),
              EndsWith("{\"code\":1,\"message\":\"Session ID unknown\"}"));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
}

TEST(Engine4, ABadPostEndsTheClient) {
  for (const char* body : {"abc", "", "\x1e\x1e", "4", "5", "b!!!!"}) {
    C with(Events());
    const Poller client(&with, "4");
    client.Post("40");
    with.Accept(with.LastOpened());
    EXPECT_THAT(client.Fetch(), StartsWith("40"));
    const std::string answer = client.Post(body);
    if (std::string(body) == "5") {  // means nothing outside a probe
      EXPECT_THAT(answer, EndsWith("ok"));
      continue;
    }
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << body;
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:"))) << body;
  }
}

// Attack row E05: answered, and complete.
TEST(Engine4, BinaryPayloadsAreRefused) {
  C with;
  const Poller client(&with, "4");
  EXPECT_THAT(client.Post("40", "Content-Type: application/octet-stream\r\n"),
              EndsWith("\r\n\r\n{\"code\":3,\"message\":\"Bad request\"}"));
  EXPECT_THAT(client.Post("40"), StartsWith("HTTP/1.1 400 "));
}

// Attack row E36: what the handshake says is what is taken.
TEST(Engine4, MaxPayloadIsKept) {
  C with(Events());
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  const std::string head = "42[\"x\",\"";
  const size_t fits = 1000000 - head.size() - 2;
  EXPECT_THAT(client.Post(head + std::string(fits, 'a') + "\"]"),
              EndsWith("ok"));
  with.Credit(with.LastOpened(), 64, 262144 * 4);
  EXPECT_THAT(client.Post(head + std::string(fits + 1, 'a') + "\"]"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(client.Post("42[\"y\"]"), EndsWith("ok")) << "the client stays";
}

TEST(Engine4, AClientThatLeavesGetsItsPollBack) {
  C with;
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  client.Fetch();
  const auto poll = client.Poll();
  EXPECT_THAT(client.Post("1"), EndsWith("ok"));
  EXPECT_EQ(C::Body(with.Take(poll)), "6");
  EXPECT_THAT(client.Fetch(), HasSubstr("\"code\":1"));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
}

TEST(Engine4, APollThatIsGivenUpEndsTheClient) {
  C with;
  const Poller client(&with, "4");
  const auto poll = client.Poll();
  with.End(poll);
  EXPECT_THAT(client.Fetch(), HasSubstr("\"code\":1"));
}

TEST(Engine4, TheServerClosesAPollingClient) {
  C with;
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  client.Fetch();
  with.Close(with.LastOpened(), 1000);
  EXPECT_EQ(client.Fetch(),
            "41\x1e"
            "1");
  EXPECT_THAT(client.Fetch(), HasSubstr("\"code\":1"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(Engine4, Upgrades) {
  C with(Events());
  const Poller client(&with, "4");
  client.Post("40");
  const auto s = with.LastOpened();
  with.Accept(s);
  client.Fetch();
  const auto poll = client.Poll();
  const auto ws = with.Connect();
  with.Send(ws,
            Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid));
  EXPECT_THAT(with.Take(ws), StartsWith("HTTP/1.1 101 "));
  with.Send(ws, ClientText("2probe"));
  EXPECT_EQ(with.Take(ws), ServerText("3probe"));
  with.Wait(200);
  EXPECT_EQ(C::Body(with.Take(poll)), "6");
  with.Emit(s, "meanwhile", "[]");
  client.Post("42[\"posted\"]");
  with.Send(ws, ClientText("5"));
  EXPECT_EQ(with.Take(ws), ServerText("42[\"meanwhile\"]"));
  with.Send(ws, ClientText("42[\"sent\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:posted:[]", "event:sent:[]"));
  EXPECT_THAT(client.Fetch(), HasSubstr("\"code\":3"));
  const auto other = with.Connect();
  with.Send(other,
            Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid));
  const std::string closed = with.Take(other);
  EXPECT_THAT(closed, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(closed, EndsWith(std::string("\x88\0", 2)));
  with.Emit(s, "still", "[]");
  EXPECT_EQ(with.Take(ws), ServerText("42[\"still\"]"));
  with.Wait(25200);
  EXPECT_EQ(with.Take(ws), ServerText("2"));
}

// Attack row E21.
TEST(Engine4, AProbeThatFailsDisturbsNobody) {
  C with(Events());
  const Poller client(&with, "4");
  client.Post("40");
  const auto s = with.LastOpened();
  with.Accept(s);
  client.Fetch();
  const std::string target =
      "/socket.io/?EIO=4&transport=websocket&sid=" + client.sid;
  for (const char* text : {"5", "42[\"x\"]", "2", "abc", "3probe"}) {
    const auto ws = with.Connect();
    with.Send(ws, Upgrade(target));
    with.Take(ws);
    with.Send(ws, ClientText(text));
    EXPECT_THAT(with.Take(ws), StartsWith("\x88")) << text;
  }
  const auto lost = with.Connect();
  with.Send(lost, Upgrade(target));
  with.Send(lost, ClientText("2probe"));
  with.Lose(lost);
  const auto idle = with.Connect();
  with.Send(idle, Upgrade(target));
  with.Take(idle);
  with.Wait(10300);
  EXPECT_THAT(with.Take(idle), StartsWith("\x88"));
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Emit(s, "here", "[]");
  EXPECT_EQ(client.Fetch(), "42[\"here\"]");
}

TEST(Engine3, HandshakeConnectsTheDefaultNamespace) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1&token=1");
  EXPECT_EQ(C::Body(client.opened),
            "104:0{\"sid\":\"" + client.sid +
                "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                "\"pingTimeout\":20000}");
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_EQ(with.infos[0].nsp, "/");
  EXPECT_STREQ(with.infos[0].generation, "socket.io-2");
  const auto s = with.LastOpened();
  with.Accept(s);
  EXPECT_EQ(client.Fetch(), "2:40");
  client.Post("17:42[\"hi\",\"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\"]2:42");
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002")))
      << "one of the two packets is none";
}

TEST(Engine3, TheClientPings) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  client.Fetch();
  with.Wait(25000);
  EXPECT_THAT(client.Post("1:2"), EndsWith("ok"));
  EXPECT_EQ(client.Fetch(), "1:3");
  with.Wait(44000);
  client.Post("6:2probe");
  EXPECT_EQ(client.Fetch(), "6:3probe");
  with.Wait(45200);
  EXPECT_THAT(client.Post("1:2"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1006:")));
}

TEST(Engine3, NamespacesWithQuery) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  client.Fetch();
  client.Post("18:40/chat?tok=a%20b,");
  ASSERT_EQ(with.infos.size(), 2U);
  EXPECT_EQ(with.infos[1].nsp, "/chat");
  EXPECT_EQ(with.infos[1].query, "tok=a%20b");
  with.Accept(with.LastOpened(), "other");
  EXPECT_EQ(client.Fetch(), "8:40/chat,");
  client.Post("13:42/nope,[\"x\"]");
  EXPECT_THAT(with.Heard(), IsEmpty());
  client.Post("8:40/nope,");
  with.Refuse(with.LastOpened(), 403, "Invalid namespace");
  EXPECT_EQ(client.Fetch(), "27:44/nope,\"Invalid namespace\"");
}

// engineio-v3-socketio-v2.md, section 9.
TEST(Engine3, FormsForClientsOfEveryAge) {
  C with(Events());
  const Poller old(&with, "3", "/socket.io/", "&t=1416300000000-0");
  EXPECT_THAT(old.opened, HasSubstr("application/octet-stream"));
  EXPECT_THAT(C::Body(old.opened),
              StartsWith(std::string("\x00\x01\x00\x04\xff", 5) + "0{"));
  const Poller newer(&with, "3", "/socket.io/", "&t=Q8BsesV");
  EXPECT_THAT(newer.opened, HasSubstr("text/plain; charset=UTF-8"));
  with.Accept(with.LastOpened());
  newer.Fetch();
  base::Value args;
  args.Array(1);
  args.Binary("\x01\x02");
  with.Send(with.LastOpened(),
            {base::Message::Kind::kEvent, "b", std::nullopt, &args});
  EXPECT_THAT(newer.Fetch(), EndsWith(std::string("\x01\x03\xff\x04\x01\x02")))
      << "bytes need the binary form";
  newer.Post("10:42[\"\xc3\x83\xc2\xbc\",1]");
  EXPECT_THAT(with.Heard(), ElementsAre("event:\xc3\xbc:[1]"))
      << "a text that was encoded twice";
}

TEST(Engine3, Jsonp) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&j=3");
  EXPECT_THAT(client.opened, HasSubstr("text/javascript; charset=UTF-8"));
  EXPECT_THAT(C::Body(client.opened),
              StartsWith("___eio[3](\"104:0{\\\"sid\\\":"));
  with.Accept(with.LastOpened());
  client.Fetch();
  EXPECT_THAT(client.Post("d=12%3A42%5B%22a%22%2C%22%5C%5Cn%22%5D"),
              EndsWith("ok"));
  EXPECT_THAT(client.Post("e=1"), StartsWith("HTTP/1.1 400 "));
}

TEST(BareEngine, Echoes) {
  C with;
  const Poller client(&with, "4", "/engine.io/");
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_EQ(with.infos[0].nsp, "");
  EXPECT_STREQ(with.infos[0].generation, "engine.io-4");
  client.Post(
      "4hello\x1e"
      "bAQID");
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello", "binary:\x01\x02\x03"));
  const auto s = with.LastOpened();
  with.Say(s, "hello");
  with.Say(s, "\x01\x02\x03", base::Payload::kBinary);
  EXPECT_EQ(client.Fetch(),
            "4hello\x1e"
            "bAQID");
}

TEST(BareEngine, IsRefused) {
  C with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/engine.io/?EIO=4&transport=polling"));
  EXPECT_EQ(with.Take(c), "");
  with.Refuse(with.LastOpened(), 403, "refused");
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, EndsWith("{\"code\":4,\"message\":\"Forbidden\"}"));
}

}  // namespace
}  // namespace rabbit_socks::session
