// SPDX-License-Identifier: MPL-2.0
// Requests for clients of other nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "session/several_nodes.h"
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

TEST(Forwarding, NamesEndWithTheTagOfTheirNode) {
  OneOfSeveral with;
  const auto c = with.Ask(C::Get("/socket.io/?EIO=4&transport=polling"));
  EXPECT_THAT(with.Take(c), HasSubstr(kTag + "\",\"upgrades\""));
  const Client09 older(&with);
  EXPECT_THAT(older.sid, EndsWith(kTag));
  EXPECT_EQ(older.sid.size(), 27 + kTag.size());
}

TEST(Forwarding, TheRequestAndItsAnswerAreTheirs) {
  OneOfSeveral with;
  const auto c = with.Ask(C::Post(kPoll + kStranger, "42[\"x\"]",
                                  "Accept: */*\r\nOrigin: http://a\r\n"));
  ASSERT_EQ(with.forwards.size(), 1U);
  const C::Forwarded& sent = with.forwards[0];
  EXPECT_EQ(sent.name, kStranger);
  EXPECT_EQ(sent.request.method, "POST");
  EXPECT_EQ(sent.request.target, kPoll + kStranger);
  EXPECT_EQ(sent.request.path, kPoll + kStranger);
  EXPECT_EQ(sent.request.body, "42[\"x\"]");
  EXPECT_EQ(*sent.request.headers.Find("origin"), "http://a");
  EXPECT_EQ(sent.request.peer_address, "127.0.0.1");
  EXPECT_EQ(sent.request.peer_port, 40000);
  EXPECT_EQ(sent.request.local_port, 80);
  EXPECT_FALSE(sent.request.secure);
  EXPECT_EQ(with.Take(c), "");
  with.Answer(sent.ref, Found("ok"));
  EXPECT_EQ(with.Take(c),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Origin\r\n"
            "Content-Length: 2\r\n\r\nok");
  EXPECT_THAT(with.withdrawn, IsEmpty());
}

// One after the other on one connection, each with a number of its own: a late
// answer finds nobody.
TEST(Forwarding, AConnectionGoesOn) {
  OneOfSeveral with;
  const auto c =
      with.Ask(C::Get(kPoll + kStranger) + C::Get(kPoll + kStranger));
  ASSERT_EQ(with.forwards.size(), 1U) << "the second waits for the first";
  with.Answer(with.forwards[0].ref, Found("one"));
  EXPECT_THAT(with.Take(c), EndsWith("\r\n\r\none"));
  ASSERT_EQ(with.forwards.size(), 2U);
  with.Answer(with.forwards[0].ref, Found("late"));
  with.LeaveUnanswered(with.forwards[0].ref);
  EXPECT_EQ(with.Take(c), "");
  with.Answer(with.forwards[1].ref, Found("two"));
  EXPECT_THAT(with.Take(c), EndsWith("\r\n\r\ntwo"));
  // And then with one that is judged here.
  with.Send(c, C::Get(kPoll + "x"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 400 "));
}

// Each generation says in its own words that it does not know a name; so it
// does when nobody else answers.
TEST(Forwarding, UnansweredIsUnknown) {
  const std::string requests[] = {
      C::Get(kPoll + kStranger),
      C::Post(kPoll + kStranger, "42[]"),
      C::Get("/socket.io/?EIO=3&transport=polling&j=0&sid=" + kStranger),
      C::Get("/socket.io/1/xhr-polling/" + kStranger),
      C::Get("/socket.io/1/jsonp-polling/" + kStranger + "?i=0"),
      C::Post("/socket.io/1/xhr-polling/" + kStranger, "3:::x"),
      C::Get("/socket.io/1/xhr-polling/" + kStranger + "?disconnect"),
      C::Get("/socket.io/xhr-polling/" + kStranger + "/1"),
      C::Post("/socket.io/xhr-polling/" + kStranger + "/send", "data=x")};
  for (const std::string& request : requests) {
    C alone(Events());
    const auto asked = alone.Connect();
    alone.Send(asked, request);
    const std::string expected = alone.Take(asked);
    EXPECT_THAT(expected, StartsWith("HTTP/1.1 ")) << request;

    OneOfSeveral with;
    const auto c = with.Ask(request);
    ASSERT_EQ(with.forwards.size(), 1U) << request;
    EXPECT_EQ(with.forwards[0].name, kStranger);
    with.LeaveUnanswered(with.forwards[0].ref);
    EXPECT_EQ(with.Take(c), expected) << request;
    EXPECT_EQ(with.forwards.size(), 1U) << "once";
    EXPECT_THAT(with.withdrawn, IsEmpty());
  }
}

TEST(Forwarding, WhatIsNotForwarded) {
  const std::string requests[] = {
      C::Get(kPoll + std::string(27, 'n') + kTag),  // ours, and gone
      C::Get(kPoll + kStranger + "x"),
      C::Get(kPoll + kStranger.substr(1)),
      C::Get(kPoll + "%20" + kStranger.substr(1)),
      Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + kStranger),
      Upgrade("/socket.io/1/websocket/" + kStranger),
      C::Get("/socket.io/1/htmlfile/" + kStranger),
      C::Get("/socket.io/xhr-multipart/" + kStranger + "/1"),
      "PUT " + kPoll + kStranger + " HTTP/1.1\r\nHost: h\r\n\r\n",
      "OPTIONS " + kPoll + kStranger + " HTTP/1.1\r\nHost: h\r\n\r\n"};
  for (const std::string& request : requests) {
    OneOfSeveral with;
    const auto c = with.Ask(request);
    EXPECT_THAT(with.forwards, IsEmpty()) << request;
    EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 ")) << request;
  }
  C alone(Events());  // without a tag there are no other nodes
  const auto c = alone.Connect();
  alone.Send(c, C::Get(kPoll + kStranger));
  EXPECT_THAT(alone.Take(c), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(alone.forwards, IsEmpty());
}

TEST(Forwarding, ItsOriginIsJudgedFirst) {
  ListenerConfig config = Events();
  config.routes[0].origins = http::OriginPolicy({"https://good.example"});
  OneOfSeveral with(config);
  const auto c =
      with.Ask(C::Get(kPoll + kStranger, "Origin: https://evil.example\r\n"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(with.forwards, IsEmpty());
}

TEST(Forwarding, AClientThatLeaves) {
  OneOfSeveral with;
  const auto lost = with.Ask(C::Get(kPoll + kStranger));
  with.Lose(lost);
  const auto ended = with.Ask(C::Get(kPoll + kStranger));
  with.End(ended);
  EXPECT_THAT(with.withdrawn,
              ElementsAre(with.forwards[0].ref, with.forwards[1].ref));
  with.Answer(with.forwards[1].ref, Found("late"));
  EXPECT_EQ(with.Take(ended), "");
}

// As long as a poll stays open there, and what it takes to get there.
TEST(Forwarding, NobodyWaitsForEver) {
  ListenerConfig config = Events();
  config.limits.engine_ping_interval = 2000;
  config.limits.engine_ping_timeout = 1000;
  config.limits.poll_timeout = 1500;
  config.limits.open_timeout = 500;
  OneOfSeveral with(config);
  const auto c = with.Ask(C::Get(kPoll + kStranger));
  with.Wait(3400);
  EXPECT_EQ(with.Take(c), "");
  with.Wait(200);
  EXPECT_THAT(with.Take(c), EndsWith("\"Session ID unknown\"}"));
  EXPECT_THAT(with.withdrawn, ElementsAre(with.forwards[0].ref));
}

TEST(Forwarding, BytesOfAnEarlierAnswerMayStillMove) {
  ListenerConfig config = Events();
  config.limits.send_timeout = 1000;
  OneOfSeveral with(config);
  const auto c = with.Ask(C::Get("/") + C::Get(kPoll + kStranger));
  with.Queued(c, 100);
  with.Wait(500);
  with.Queued(c, 0);
  with.Wait(1000);
  EXPECT_EQ(with.Fate(c), "");
  with.Take(c);
  with.Answer(with.forwards[0].ref, Found("ok"));
  EXPECT_THAT(with.Take(c), EndsWith("ok"));
}

// Limits max_forwards and max_forward_bytes.
TEST(Forwarding, APeerThatTakesNoBytesWaitsForNothing) {
  OneOfSeveral with;
  const auto c = with.Ask(C::Get(kPoll + kStranger));
  with.Queued(c, 1);
  with.Wait(31000);
  EXPECT_EQ(with.Fate(c), "reset ");
  with.Lose(c);
  EXPECT_THAT(with.withdrawn, ElementsAre(with.forwards[0].ref));
}

TEST(Forwarding, NoMoreThanTheListenerAllows) {
  ListenerConfig config = Events();
  config.limits.max_forwards = 2;
  config.limits.max_forward_bytes = 10;
  OneOfSeveral with(config);
  const auto refused = [&](const std::string& request) {
    const size_t before = with.forwards.size();
    const std::string answer = with.Take(with.Ask(request));
    EXPECT_EQ(with.forwards.size(), before + (answer.empty() ? 1 : 0));
    if (answer.empty()) return false;
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("Retry-After: "));
    return true;
  };
  EXPECT_TRUE(refused(C::Post(kPoll + kStranger, "12345678901")));
  EXPECT_FALSE(refused(C::Post(kPoll + kStranger, "123456789")));
  EXPECT_TRUE(refused(C::Post(kPoll + kStranger, "12")));
  EXPECT_FALSE(refused(C::Post(kPoll + kStranger, "1")));
  EXPECT_TRUE(refused(C::Get(kPoll + kStranger))) << "the third";
  with.Answer(with.forwards[0].ref, Found("ok"));
  EXPECT_FALSE(refused(C::Post(kPoll + kStranger, "123456789")));
  with.LeaveUnanswered(with.forwards[1].ref);
  EXPECT_FALSE(refused(C::Get(kPoll + kStranger)));
}

TEST(Forwarding, WhatWaitsWhenTheListenerGoes) {
  OneOfSeveral with;
  const auto c = with.Ask(C::Get(kPoll + kStranger));
  with.Remove(1001);
  EXPECT_THAT(with.Take(c), EndsWith("\"Session ID unknown\"}"));
  EXPECT_THAT(with.withdrawn, ElementsAre(with.forwards[0].ref));
}

TEST(Forwarding, WhatWaitsWhenTheEdgeStops) {
  OneOfSeveral with;
  const auto c = with.Ask(C::Get(kPoll + kStranger));
  with.Stop();
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 503 "));
}

// Of the broker's web context: the same, with an answer as a term.
TEST(Forwarding, ARelayedRequestGoesOn) {
  OneOfSeveral with;
  http::Request request;
  request.path = "/socket.io/";
  request.query = "EIO=4&transport=polling&sid=" + kStranger;
  request.target = "/socks" + kPoll + kStranger;
  Peer peer;
  peer.secure = true;
  peer.certificate = "der";
  const auto id = with.Relay(peer, std::move(request));
  ASSERT_EQ(with.forwards.size(), 1U);
  EXPECT_EQ(with.forwards[0].request.path, kPoll + kStranger);
  EXPECT_EQ(with.forwards[0].request.target, "/socks" + kPoll + kStranger);
  EXPECT_TRUE(with.forwards[0].request.secure);
  EXPECT_EQ(with.forwards[0].request.certificate, "der");
  with.Answer(with.forwards[0].ref, Found("ok"));
  EXPECT_EQ(with.Fate(id), "respond ");
  EXPECT_EQ(with.Take(id), "ok");
  EXPECT_EQ(with.relayed[id.value].status, 200);
}

}  // namespace
}  // namespace rabbit_socks::session
