// SPDX-License-Identifier: MPL-2.0
// Conversations with clients of Socket.IO 0.7 to 0.9: the handshake, and what
// is said once a transport is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/socketio09_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string Ask(C* with, const std::string& request) {
  const auto c = with->Connect();
  with->Send(c, request);
  return with->Take(c);
}

TEST(SocketIo09Handshake, NamesTheSessionTheTimesAndTheTransports) {
  C with;
  const Client09 client(&with, "?t=1416300000000&token=x");
  EXPECT_THAT(client.answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.answer, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(client.answer, Not(HasSubstr("Access-Control")));
  EXPECT_EQ(C::Body(client.answer),
            client.sid + ":60:60:websocket,htmlfile,xhr-polling,jsonp-polling");
  EXPECT_EQ(client.sid.size(), 27U);
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_STREQ(with.infos[0].generation, "socket.io-0.9");
  EXPECT_EQ(with.infos[0].nsp, "/");
  EXPECT_EQ(with.infos[0].query, "t=1416300000000&token=x");
  EXPECT_THAT(with.infos[0].path, IsEmpty());
}

// The text of the protocol says POST, real clients GET.
TEST(SocketIo09Handshake, ComesByPostToo) {
  C with;
  const auto c = with.Connect();
  with.Send(c, C::Post("/socket.io/chat/1/", ""));
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Take(c), HasSubstr(":60:60:websocket"));
  EXPECT_THAT(with.infos[0].path, ElementsAre("chat"));
}

TEST(SocketIo09Handshake, EchoesTheOrigin) {
  C with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/1/", "Origin: http://page.example\r\n"));
  with.Accept(with.LastOpened());
  const std::string answer = with.Take(c);
  EXPECT_THAT(
      answer,
      HasSubstr("Access-Control-Allow-Origin: http://page.example\r\n"));
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Credentials: true\r\n"));
}

TEST(SocketIo09Handshake, AsAScript) {
  C with;
  const Client09 client(&with, "?t=1&jsonp=3");
  EXPECT_THAT(client.answer,
              HasSubstr("Content-Type: text/javascript; charset=UTF-8\r\n"));
  EXPECT_THAT(client.answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(C::Body(client.answer), StartsWith("io.j[3](\""));
  EXPECT_THAT(C::Body(client.answer),
              EndsWith(":60:60:websocket,htmlfile,xhr-polling,jsonp-polling\""
                       ");"));
}

// Attack row E28.
TEST(SocketIo09Handshake, AnIndexThatIsNotDigitsIsNeverEchoed) {
  for (const char* index :
       {"0];alert(1)//", "", "1e9", "<script>", "1234567890", "-1"}) {
    C with;
    const Client09 client(&with);
    EXPECT_THAT(Ask(&with, C::Get("/socket.io/1/?jsonp=" + std::string(index))),
                StartsWith("HTTP/1.1 400 "))
        << index;
    EXPECT_THAT(Ask(&with, C::Get(client.Target("jsonp-polling",
                                                "?i=" + std::string(index)))),
                StartsWith("HTTP/1.1 400 "))
        << index;
    EXPECT_EQ(with.opened.size(), 1U);
  }
}

TEST(SocketIo09Handshake, IsRefused) {
  C with;
  const auto refused = [&](const std::string& query, uint16_t status) {
    const auto c = with.Connect();
    with.Send(c, C::Get("/socket.io/1/" + query));
    with.Refuse(with.LastOpened(), status, "no");
    return with.Take(c);
  };
  const std::string plain = refused("", 403);
  EXPECT_THAT(plain, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(plain, HasSubstr("\r\n\r\nhandshake unauthorized"));
  const std::string error = refused("", 500);
  EXPECT_THAT(error, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(error, HasSubstr("\r\n\r\nhandshake error"));
  EXPECT_THAT(refused("?jsonp=7", 403), StartsWith("HTTP/1.1 200 "))
      << "a script cannot see a status";
  EXPECT_THAT(refused("?jsonp=7", 403),
              EndsWith("io.j[7](new Error(\"handshake unauthorized\"));"));
  EXPECT_THAT(refused("?jsonp=7", 503),
              EndsWith("io.j[7](new Error(\"handshake error\"));"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(SocketIo09Handshake, NobodyAnswers) {
  C with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/1/"));
  with.Wait(10200);
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(with.hub.sessions(), 0U);
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:"));
}

TEST(SocketIo09Handshake, IsForgottenWithoutATransport) {
  C with;
  const Client09 client(&with);
  with.Wait(59000);
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Wait(1500);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1006:the client stopped polling"));
  EXPECT_EQ(client.Fetch(), "7:::1+0");
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(SocketIo09, RequestsThatMakeNoSense) {
  C with;
  const Client09 client(&with);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {C::Get(client.Target("carrier-pigeon")), "404"},
      {C::Get("/socket.io/1/xhr-polling/"), "404"},
      {C::Get("/socket.io/1/xhr-polling"), "404"},
      {C::Get(client.Target("websocket")), "426"},
      {Upgrade(client.Target("xhr-polling")), "400"},
      {Upgrade("/socket.io/1/"), "404"},
      {C::Get(client.Target("xhr-multipart")), "404"},
      {"PUT " + client.Target("xhr-polling") +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
       "405"},
      {C::Get(client.Target("jsonp-polling")), "400"},
  };
  for (const auto& [request, status] : cases) {
    EXPECT_THAT(Ask(&with, request), StartsWith("HTTP/1.1 " + status + " "))
        << request;
  }
  EXPECT_THAT(
      Ask(&with, "OPTIONS " + client.Target("xhr-polling") +
                     " HTTP/1.1\r\nHost: h\r\nOrigin: http://page.example\r\n"
                     "Access-Control-Request-Method: POST\r\n\r\n"),
      StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(with.Heard(), IsEmpty());
  EXPECT_EQ(with.hub.sessions(), 1U);
}

TEST(SocketIo09, WhoIsNotKnownIsToldToShakeHands) {
  C with;
  const std::string gone = "/nobody";
  EXPECT_EQ(C::Body(Ask(&with, C::Get("/socket.io/1/xhr-polling" + gone))),
            "7:::1+0");
  EXPECT_EQ(
      C::Body(Ask(&with, C::Get("/socket.io/1/jsonp-polling" + gone + "?i=2"))),
      "io.j[2](\"7:::1+0\");");
  EXPECT_THAT(C::Body(Ask(&with, C::Get("/socket.io/1/htmlfile" + gone))),
              EndsWith("<script>_(\"7:::1+0\");</script>"));
  EXPECT_EQ(
      C::Body(Ask(&with, C::Post("/socket.io/1/xhr-polling" + gone, "3:::x"))),
      "1");
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/1/websocket" + gone));
  EXPECT_THAT(with.Take(c), EndsWith("\r\n\r\n" + ServerText("7:::1+0") +
                                     std::string("\x88\0", 2)));
  with.Wait(5200);
  EXPECT_EQ(with.Fate(c), "reset ") << "its close frame is not waited for long";
}

// Row E14: the rule about origins is that of the route.
TEST(SocketIo09, OfAnotherRouteOrListenerItIsNotKnown) {
  ListenerConfig config = C::Default();
  config.routes.push_back(config.routes[0]);
  config.routes[1].prefix = {"other"};
  C with(config);
  const Client09 client(&with);
  EXPECT_EQ(C::Body(Ask(
                &with, C::Get("/socket.io/other/1/xhr-polling/" + client.sid))),
            "7:::1+0");
  EXPECT_EQ(client.Fetch(), "1::");
  const Poller poller(&with, "4");
  EXPECT_THAT(Ask(&with, C::Get("/socket.io/other/?EIO=4&transport=polling&"
                                "sid=" +
                                poller.sid)),
              HasSubstr("\"code\":1"));
  EXPECT_EQ(
      C::Body(Ask(&with, C::Get("/socket.io/1/xhr-polling/" + poller.sid))),
      "7:::1+0")
      << "a client of another generation";
}

TEST(SocketIo09, DisconnectByRequest) {
  for (const std::string way :
       {"xhr-polling", "websocket", "", "anything-at-all"}) {
    C with;
    const Client09 client(&with);
    EXPECT_EQ(client.Fetch(), "1::");
    const auto poll = client.Poll();
    const std::string answer =
        Ask(&with, C::Get(client.Target(way, "/?disconnect=1")));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 ")) << way;
    EXPECT_EQ(C::Body(answer), "") << way;
    EXPECT_EQ(C::Body(with.Take(poll)), "0::") << way;
    EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:")) << way;
    EXPECT_EQ(with.hub.sessions(), 0U) << way;
    EXPECT_THAT(Ask(&with, C::Get(client.Target(way, "?disconnect"))),
                StartsWith("HTTP/1.1 200 "))
        << way << ": a second time";
  }
}

// "0::" would tell the clients to stay away for good.
TEST(SocketIo09, TheListenerEnds) {
  C with;
  const Client09 polling(&with);
  EXPECT_EQ(polling.Fetch(), "1::");
  const auto poll = polling.Poll();
  const Client09 open(&with);
  const auto ws = open.WebSocket();
  with.hub.Remove(C::kListener, 1001, "going away", 0, with.now);
  with.Wait(100);
  EXPECT_THAT(with.Take(poll), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(with.Take(ws), "\x88\x0c\x03\xe9going away");
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1001:going away", "closed:1001:going away"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::session
