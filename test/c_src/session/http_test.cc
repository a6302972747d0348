// SPDX-License-Identifier: MPL-2.0
// HTTP connections through the hub: pages, keep-alive, pipelining, timeouts,
// limits on connections, relayed requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using C = Conversation;

TEST(HttpConversation, ServesPagesOnOneConnection) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/index.html"));
  EXPECT_EQ(C::Body(with.Take(c)), "<p>hello");
  with.Send(c, C::Get("/"));
  EXPECT_EQ(C::Body(with.Take(c)), "<p>hello");
  with.Send(c, C::Get("/nosuch"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(with.Fate(c), "");
}

// What else is below /socket.io/ stays Socket.IO's, also under a name that is
// nearly the client's.
TEST(HttpConversation, ServesTheClientForBrowsers) {
  ListenerConfig config = C::Default();
  auto pages = std::make_shared<http::Pages>();
  pages->Add("socket.io/socket.io.js", "var io;");
  pages->Add("socket.io/socket.io.js.map", "{}");
  config.pages = std::move(pages);
  Conversation with(std::move(config));
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/socket.io.js"));
  const std::string answer = with.Take(c);
  EXPECT_EQ(C::Body(answer), "var io;");
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/javascript; "));
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  with.Send(c, C::Get("/socket.io/socket.io.js.map?v=1"));
  EXPECT_THAT(with.Take(c), HasSubstr("Content-Type: application/json\r\n"));
  const size_t tag = answer.find("ETag: ") + 6;
  const std::string etag = answer.substr(tag, answer.find('\r', tag) - tag);
  with.Send(c,
            "GET /socket.io/socket.io.js HTTP/1.1\r\nHost: h\r\n"
            "If-None-Match: " +
                etag + "\r\n\r\n");
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 304 "));
  with.Send(c, C::Get("/socket.io/xhr-polling"));
  EXPECT_EQ(with.Take(c), "") << "waits for the node to accept a session";
}

TEST(HttpConversation, HeadHasNoBody) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, "HEAD /index.html HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_EQ(C::Body(answer), "");
}

TEST(HttpConversation, PipelinedRequestsAreAnsweredInOrder) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            C::Get("/index.html") + C::Get("/nosuch") + C::Get("/index.html"));
  const std::string answers = with.Take(c);
  const size_t first = answers.find("<p>hello");
  const size_t second = answers.find("HTTP/1.1 404 ");
  const size_t third = answers.rfind("<p>hello");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HttpConversation, PipeliningStopsWhileAnswersAreNotTaken) {
  Conversation with;
  const auto c = with.Connect();
  std::string many;
  for (int i = 0; i < 900; ++i) many += C::Get("/index.html");
  with.Send(c, many);
  const size_t answered = with.Take(c).size();
  EXPECT_LT(answered, 70000U) << "H13: bounded by the send queue";
  EXPECT_EQ(with.Fate(c), "pause ");
  size_t total = answered;
  for (int turn = 0; turn < 100; ++turn) {
    with.Queued(c, 0);
    total += with.Take(c).size();
  }
  EXPECT_GT(total, 250 * size_t{900});
  EXPECT_EQ(with.Fate(c), "resume ");
}

TEST(HttpConversation, ASlowHeadIs408AndSingleBytesDoNotHelp) {
  Conversation with;
  const auto c = with.Connect();
  for (int i = 0; i < 50; ++i) {
    with.Send(c, i == 0 ? "GET / HTTP/1.1\r\nX: " : "a");
    with.Wait(200);
  }
  with.Wait(300);
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(with.Fate(c), "finish ");
}

TEST(HttpConversation, ASlowBodyIs408) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c,
            "POST /socket.io/xhr-polling/x/send HTTP/1.1\r\nHost: "
            "h\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 29; ++i) {
    with.Wait(1000);
    with.Send(c, "a");
  }
  EXPECT_EQ(with.Take(c), "");
  with.Wait(1500);
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 408 "));
}

TEST(HttpConversation, IdleConnectionsAreEndedQuietly) {
  Conversation with;
  const auto silent = with.Connect();
  with.Wait(10500);
  EXPECT_EQ(with.Take(silent), "");
  EXPECT_EQ(with.Fate(silent), "finish ");
  const auto kept = with.Connect();
  with.Send(kept, C::Get("/"));
  with.Take(kept);
  with.Queued(kept, 0);
  with.Wait(59000);
  EXPECT_EQ(with.Fate(kept), "");
  with.Wait(1500);
  EXPECT_EQ(with.Fate(kept), "finish ");
}

TEST(HttpConversation, UpgradeToSomethingElseIsNotTaken) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/index.html",
                      "Upgrade: websocket\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 400 ")) << "H15";
  const auto plain = with.Connect();
  with.Send(plain, C::Get("/websocket/echo"));
  const std::string answer = with.Take(plain);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Version: 13, 8, 7\r\n"));
}

TEST(HttpConversation, ForbiddenOriginsAre403) {
  ListenerConfig config = Conversation::Default();
  config.routes[0].origins = http::OriginPolicy({"https://good.example"});
  Conversation with(std::move(config));
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const char* origin :
       {"https://evil.example", "https://good.example.evil",
        "https://good.example:444", "null", "http://good.example"}) {
    const auto c = with.Connect();
    with.Send(c,
              C::Get("/websocket/a", upgrade + "Origin: " + origin + "\r\n"));
    EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 403 ")) << origin;
    EXPECT_EQ(with.Fate(c), "finish ");
  }
  for (const char* fields : {"", "Origin: HTTPS://GOOD.EXAMPLE\r\n"}) {
    const auto c = with.Connect();
    with.Send(c, C::Get("/websocket/a", upgrade + fields));
    EXPECT_EQ(with.Take(c), "") << fields;
  }
  EXPECT_EQ(with.opened.size(), 2U);
}

TEST(HttpConversation, RoutesByLongestPrefix) {
  ListenerConfig config = Conversation::Default();
  config.routes.resize(2);
  config.routes[0].prefix = {"a"};
  config.routes[1].prefix = {"a", "b"};
  Conversation with(std::move(config));
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto c = with.Connect();
  with.Send(c, C::Get("/websocket/a/b/c%20d//", upgrade));
  EXPECT_THAT(with.infos.back().path, ElementsAre("c d"));
  const auto d = with.Connect();
  with.Send(d, C::Get("/websocket/elsewhere", upgrade));
  EXPECT_THAT(with.Take(d), StartsWith("HTTP/1.1 404 "));
}

TEST(HttpConversation, LimitsOnConnections) {
  ListenerConfig config = Conversation::Default();
  config.limits.max_connections = 4;
  config.limits.max_pending = 3;
  config.limits.max_connections_per_address = 2;
  Conversation with(std::move(config));
  const auto a = with.Connect("10.0.0.1");
  EXPECT_TRUE(with.Connect("10.0.0.1"));
  EXPECT_FALSE(with.Connect("10.0.0.1")) << "R07: per address";
  EXPECT_TRUE(with.Connect("10.0.0.2"));
  EXPECT_FALSE(with.Connect("10.0.0.3")) << "pending";
  with.Send(a, C::Get("/"));
  EXPECT_TRUE(with.Connect("10.0.0.3"));
  EXPECT_FALSE(with.Connect("10.0.0.4")) << "total";
  with.Lose(a);
  with.Take(a);
  EXPECT_EQ(with.hub.connections(), 3U);
}

TEST(HttpConversation, UnknownListenerIsDropped) {
  Conversation with;
  EXPECT_FALSE(with.hub.Connect(99, Peer{}, with.now));
}

TEST(HttpConversation, RelayedRequestsAreAnsweredWhole) {
  Conversation with;
  http::Request request;
  request.target = "/socks/index.html";
  request.path = "/index.html";
  const auto c = with.hub.Relay(Conversation::kListener, Peer{},
                                std::move(request), with.now);
  with.Wait(100);
  EXPECT_EQ(with.Fate(c), "respond ");
  EXPECT_EQ(with.relayed[c.value].status, 200);
  EXPECT_EQ(with.Take(c), "<p>hello");
  EXPECT_EQ(with.hub.connections(), 0U);
}

TEST(HttpConversation, ARelayedPollThatIsCancelledFreesTheSession) {
  Conversation with;
  const auto relay = [&](const std::string& path) {
    http::Request request;
    request.target = "/socks" + path;
    request.path = path;
    const auto id = with.hub.Relay(Conversation::kListener, Peer{},
                                   std::move(request), with.now);
    with.Wait(100);
    return id;
  };
  const auto first = relay("/socket.io/xhr-polling//1");
  with.Accept(with.LastOpened());
  const std::string name = with.Take(first).substr(8);
  const auto poll = relay("/socket.io/xhr-polling/" + name + "/2");
  EXPECT_EQ(with.Fate(poll), "");
  with.Lose(poll);
  with.Say(with.LastOpened(), "x");
  const auto next = relay("/socket.io/xhr-polling/" + name + "/3");
  EXPECT_EQ(with.Take(next), "~m~1~m~x");
}

TEST(HttpConversation, StoppingClosesAllAndAnswers503) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  const auto busy = with.Connect();
  with.Send(busy, "GET / HTTP/1.1\r\nHost: h\r\n");
  with.hub.Stop(1001, "", with.now);
  with.Send(busy, "\r\n");
  EXPECT_THAT(with.Take(busy), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1001:"));
  EXPECT_FALSE(with.Connect());
}

TEST(HttpConversation, TheLastAllowedRequestClosesTheConnection) {
  ListenerConfig config = Conversation::Default();
  config.limits.http.max_requests = 2;
  Conversation with(std::move(config));
  const auto c = with.Connect();
  with.Send(c, C::Get("/") + C::Get("/") + C::Get("/"));
  EXPECT_THAT(with.Take(c), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(with.Fate(c), "finish ");
}

}  // namespace
}  // namespace rabbit_socks::session
