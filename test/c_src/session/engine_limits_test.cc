// SPDX-License-Identifier: MPL-2.0
// What a client of Engine.IO cannot make us keep, or do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

Poller In(C* with) {
  Poller client(with, "4");
  client.Post("40");
  with->Accept(with->LastOpened());
  client.Fetch();
  return client;
}

// A POST that was given up is no second POST to the next one.
TEST(EngineLimits, APostThatWaitedInVainIsForgotten) {
  ListenerConfig config = Events();
  config.limits.credit_messages = 1;
  config.limits.engine_ping_interval = 100000;
  C with(config);
  const Poller client = In(&with);
  EXPECT_THAT(client.Post("42[\"one\"]"), EndsWith("ok"));
  const auto held = with.Connect();
  with.Send(held, C::Post(client.target(), "42[\"two\"]"));
  with.Lose(held);
  with.Credit(with.LastOpened(), 1, 0);
  EXPECT_THAT(client.Post("42[\"three\"]"), EndsWith("ok"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:one:[]", "event:three:[]"));
}

// The same, and then the client moves to its WebSocket.
TEST(EngineLimits, NorDoesItHoldUpAWebSocket) {
  ListenerConfig config = Events();
  config.limits.credit_messages = 1;
  config.limits.engine_ping_interval = 100000;
  C with(config);
  const Poller client = In(&with);
  client.Post("42[\"one\"]");
  const auto held = with.Connect();
  with.Send(held, C::Post(client.target(), "42[\"two\"]"));
  const auto ws = with.Connect();
  with.Send(ws,
            Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid));
  with.Send(ws, ClientText("2probe"));
  with.Send(ws, ClientText("5"));
  with.Send(ws, ClientText("42[\"three\"]"));
  with.Lose(held);
  EXPECT_THAT(with.Heard(), ElementsAre("event:one:[]"));
  with.Credit(with.LastOpened(), 1, 0);
  EXPECT_THAT(with.Heard(), ElementsAre("event:three:[]"));
}

// The client tries its WebSocket while the node is still asked for a namespace.
TEST(EngineLimits, AProbeDoesNotWait) {
  C with(Events());
  const Poller client(&with, "4");
  client.Post("40");
  const auto ws = with.Connect();
  with.Send(ws,
            Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid));
  with.Take(ws);
  with.Send(ws, ClientText("2probe"));
  EXPECT_EQ(with.Take(ws), ServerText("3probe"));
  with.Send(ws, ClientText("5") + ClientText("42[\"early\"]"));
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Accept(with.LastOpened());
  EXPECT_THAT(with.Take(ws), HasSubstr("40{\"sid\":"));
  EXPECT_THAT(with.Heard(), ElementsAre("event:early:[]"));
}

// Something on the way keeps our answer: the client polls on, and is not to do
// so as fast as it can.
TEST(EngineLimits, AProbeWhoseAnswerIsNotHeard) {
  C with(Events());
  const Poller client = In(&with);
  const auto waiting = client.Poll();
  const auto ws = with.Connect();
  with.Send(ws,
            Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid));
  with.Send(ws, ClientText("2probe"));
  EXPECT_EQ(C::Body(with.Take(waiting)), "6");
  EXPECT_EQ(client.Fetch(), "6");
  EXPECT_EQ(client.Fetch(), "6");
  for (int i = 0; i < 3; ++i) {
    const auto later = client.Poll();
    EXPECT_EQ(with.Take(later), "");
    with.Wait(200);
    EXPECT_EQ(C::Body(with.Take(later)), "6");
  }
  const auto last = client.Poll();
  with.Emit(with.LastOpened(), "here", "[]");
  EXPECT_EQ(C::Body(with.Take(last)), "42[\"here\"]");
  with.Send(ws, ClientText("5"));
  with.Emit(with.LastOpened(), "there", "[]");
  EXPECT_THAT(with.Take(ws), EndsWith(ServerText("42[\"there\"]")));
}

// Attack row E17.
TEST(EngineLimits, TwoPostsAtOnceEndTheClient) {
  ListenerConfig config = Events();
  config.limits.credit_messages = 1;
  C with(config);
  const Poller client = In(&with);
  client.Post("42[\"one\"]");
  const auto held = with.Connect();
  with.Send(held, C::Post(client.target(), "42[\"two\"]"));
  EXPECT_THAT(client.Post("42[\"three\"]"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Take(held), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(with.Heard(),
              ElementsAre("event:one:[]", "closed:1002:two posts at once"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

// The node is told a close code, not a status of HTTP.
TEST(EngineLimits, AFormThatIsNoneEndsTheClientWith1002) {
  C with(Events());
  Poller client(&with, "3", "/socket.io/", "&j=0");
  with.Accept(with.LastOpened());
  EXPECT_THAT(client.Post("e=1"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
}

TEST(EngineLimits, PongsThatNobodyFetches) {
  ListenerConfig config = Events();
  config.limits.send_queue_hard = 10000;
  C with(config);
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  const std::string ping = "1001:2" + std::string(1000, 'x');
  int posts = 0;
  while (posts < 100 && with.hub.sessions() > 0) {
    client.Post(ping);
    ++posts;
  }
  EXPECT_LT(posts, 15);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1013:the client is too slow"));
}

TEST(EngineLimits, PongsThatNobodyReads) {
  ListenerConfig config = Events();
  config.limits.send_queue_hard = 10000;
  C with(config);
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=3&transport=websocket"));
  with.Accept(with.LastOpened());
  with.Queued(c, 9000);
  with.Take(c);
  with.Send(c, ClientText("2"));
  EXPECT_EQ(with.Take(c), ServerText("3"));
  with.Queued(c, 10001);
  with.Send(c, ClientText("2"));
  EXPECT_EQ(with.Take(c), "");
  EXPECT_THAT(with.Heard(), Contains("closed:1013:the client is too slow"));
}

// The text that attachments belong to is paid for as they are.
TEST(EngineLimits, AttachmentsDoNotMakeATextFree) {
  ListenerConfig config = Events();
  config.limits.credit_bytes = 1000;
  C with(config);
  const auto c = Open4(&with);
  const std::string event = "451-[\"x\",\"" + std::string(2000, 'a') +
                            "\",{\"_placeholder\":true,\"num\":0}]";
  with.Send(c, ClientText(event) + ClientFrame(0x82, "") +
                   ClientText("42[\"next\"]"));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("event:x:")));
  with.Credit(with.LastOpened(), 0, 10000);
  EXPECT_THAT(with.Heard(), ElementsAre("event:next:[]"));
}

// Attack row E06: nothing is kept of what was given up.
TEST(EngineLimits, AttachmentsOfAClientThatLeaves) {
  C with(Events());
  const auto c = Open4(&with);
  with.Send(c, ClientText("452-[\"x\",{\"_placeholder\":true,\"num\":0},{"
                          "\"_placeholder\":true,\"num\":1}]") +
                   ClientFrame(0x82, "one"));
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the connection was lost"));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

// Attack row E06: bytes before anything that they could belong to.
TEST(EngineLimits, BytesBeforeTheConnect) {
  C with(Events());
  const auto c = with.Connect();
  with.Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with.Take(c);
  with.Send(c, ClientFrame(0x82, "bytes"));
  EXPECT_EQ(with.Take(c), CloseFrame(1002));
  EXPECT_THAT(with.opened, IsEmpty());
}

TEST(EngineLimits, Namespaces) {
  ListenerConfig config = Events();
  config.limits.max_namespaces = 3;
  C with(config);
  const auto c = Open4(&with);
  for (const char* nsp : {"40/1,", "40/2,"}) {
    with.Send(c, ClientText(nsp));
    with.Accept(with.LastOpened());
  }
  with.Send(c, ClientText("40/3,"));
  EXPECT_THAT(with.opened, SizeIs(3));
  const auto heard = with.Heard();
  EXPECT_THAT(heard, SizeIs(3));
  EXPECT_THAT(heard, Contains(StartsWith("closed:1008:")).Times(3));
}

// Sent at once: those that came before the end are asked for, and no more.
TEST(EngineLimits, NamespacesInOnePayload) {
  ListenerConfig config = Events();
  config.limits.max_namespaces = 3;
  C with(config);
  const Poller client(&with, "4");
  EXPECT_THAT(client.Post("40/1,\x1e"
                          "40/2,\x1e"
                          "40/3,\x1e"
                          "40/4,"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.opened, SizeIs(3));
  EXPECT_EQ(with.hub.sessions(), 0U);
  for (const uint64_t id : with.opened) with.Accept(base::SessionId{id});
  EXPECT_THAT(with.Heard(), Contains("closed:1006:").Times(3));
}

http::Request Relayed(const std::string& path, const std::string& query = "") {
  http::Request request;
  request.upgrade = true;
  request.path = path;
  request.query = query;
  request.target = path + "?" + query;
  for (const auto& [name, value] :
       {std::pair("host", "h"), std::pair("upgrade", "websocket"),
        std::pair("connection", "Upgrade"),
        std::pair("sec-websocket-version", "13"),
        std::pair("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")})
    request.headers.Add(name, value);
  return request;
}

// The broker never switches: the client polls on.
TEST(EngineLimits, AProbeWhoseHandshakeNeverEnds) {
  C with(Events());
  const Poller client = In(&with);
  const auto c = with.hub.Relay(
      C::kListener, {},
      Relayed("/socket.io/", "EIO=4&transport=websocket&sid=" + client.sid),
      with.now);
  with.Wait(100);
  EXPECT_EQ(with.Fate(c), "switch ");
  with.Wait(10200);
  EXPECT_EQ(with.Fate(c), "reset ");
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Emit(with.LastOpened(), "here", "[]");
  EXPECT_EQ(client.Fetch(), "42[\"here\"]");
}

// A second WebSocket through the broker's web context, which nobody wants: it
// ends when the broker has switched.
TEST(EngineLimits, ARelayedWebSocketThatNobodyWantsEnds) {
  C with(Events());
  Open4(&with);
  const auto c = with.hub.Relay(
      C::kListener, {}, Relayed("/socket.io/1/websocket/nobody"), with.now);
  with.hub.EndCommands(with.now);
  with.hub.Switched(c, with.now);
  with.Wait(100);
  EXPECT_THAT(with.Fate(c), StartsWith("switch "));
  EXPECT_EQ(with.Take(c), ServerText("7:::1+0") + std::string("\x88\0", 2));
  with.Wait(5200);
  EXPECT_EQ(with.Fate(c), "reset ");
}

}  // namespace
}  // namespace rabbit_socks::session
