// SPDX-License-Identifier: MPL-2.0
// Polls, POSTs and upgrades of clients of Engine.IO.
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
    EXPECT_THAT(client.Fetch(), HasSubstr("\"code\":1")) << body;
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

// Ticks are coarse, a client's clock is not.
TEST(Engine4, AClientWhoseTimeIsOverIsUnknownBeforeTheTick) {
  C with;
  const Poller client(&with, "4");
  with.Wait(25000);
  EXPECT_EQ(client.Fetch(), "2");
  with.now += 20000;
  EXPECT_THAT(client.Post("3"), HasSubstr("\"code\":1"));
}

TEST(Engine4, ACookieForBalancers) {
  ListenerConfig config = Events();
  config.cookie = "io";
  C with(std::move(config));
  const Poller client(&with, "4");
  const std::string field = "Set-Cookie: io=";
  EXPECT_THAT(client.opened, HasSubstr(field + client.sid +
                                       "; Path=/; HttpOnly; SameSite=Lax\r\n"));
  client.Post("40");
  with.Accept(with.LastOpened());
  const auto poll = client.Poll();
  EXPECT_THAT(with.Take(poll), testing::Not(HasSubstr("Set-Cookie")));
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  EXPECT_THAT(with.Take(c), HasSubstr(field));
}

TEST(Engine4, LongAnswersAreCompressedWhereThatIsWanted) {
  ListenerConfig config = Events();
  config.limits.http_compression = true;
  C with(std::move(config));
  const Poller client(&with, "4");
  client.Post("40");
  with.Accept(with.LastOpened());
  client.Fetch();
  const auto fetch = [&](const std::string& fields) {
    with.Emit(with.LastOpened(), "e", "[\"" + std::string(2000, 'x') + "\"]");
    const auto c = with.Connect();
    with.Send(c, C::Get(client.target(), fields));
    return with.Take(c);
  };
  const std::string coded = fetch("Accept-Encoding: gzip, deflate\r\n");
  EXPECT_THAT(coded, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(C::Body(coded), StartsWith("\x1f\x8b"));
  EXPECT_LT(C::Body(coded).size(), 500U);
  for (const char* fields : {"", "Accept-Encoding: br\r\n"}) {
    const std::string plain = fetch(fields);
    EXPECT_THAT(plain, testing::Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(plain, HasSubstr("Vary: Accept-Encoding\r\n"));
  }
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

}  // namespace
}  // namespace rabbit_socks::session
