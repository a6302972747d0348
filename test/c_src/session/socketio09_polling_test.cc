// SPDX-License-Identifier: MPL-2.0
// Clients of Socket.IO 0.7 to 0.9 that poll: order, limits, what waits.
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

TEST(SocketIo09XhrPolling, GreetsPollsAndPosts) {
  C with(Events());
  const Client09 client(&with);
  const auto first = client.Poll();
  const std::string greeting = with.Take(first);
  EXPECT_THAT(greeting,
              HasSubstr("Content-Type: text/plain; charset=UTF-8\r\n"));
  EXPECT_EQ(C::Body(greeting), "1::");
  const auto poll = client.Poll();
  EXPECT_EQ(with.Take(poll), "");
  with.Emit(client.session, "now", "[]");
  EXPECT_EQ(C::Body(with.Take(poll)), "5:::{\"name\":\"now\"}");
  EXPECT_EQ(C::Body(client.Post("3:::one")), "1");
  EXPECT_EQ(C::Body(client.Post(Payload09({"3:::two", "2::", "3:::three"}))),
            "1");
  EXPECT_EQ(C::Body(client.Post("")), "1");
  EXPECT_THAT(with.Heard(),
              ElementsAre("event:message:[\"one\"]", "event:message:[\"two\"]",
                          "event:message:[\"three\"]"));
}

// Lengths are in UTF-16 units.
TEST(SocketIo09XhrPolling, SeveralPacketsAreFramed) {
  C with(Events());
  const Client09 client(&with);
  with.Say(client.session, "\xc3\xbc\xf0\x9f\x98\x80");
  EXPECT_EQ(client.Fetch(),
            "\xef\xbf\xbd"
            "3\xef\xbf\xbd"
            "1::\xef\xbf\xbd"
            "7\xef\xbf\xbd"
            "3:::\xc3\xbc\xf0\x9f\x98\x80")
      << "the greeting first, whatever the callback module was quick to say";
}

TEST(SocketIo09XhrPolling, AnIdlePollEndsWithANoop) {
  C with(Events());
  const Client09 client(&with);
  client.Fetch();
  const auto poll = client.Poll();
  with.Wait(19000);
  EXPECT_EQ(with.Take(poll), "");
  with.Wait(1500);
  EXPECT_EQ(C::Body(with.Take(poll)), "8::");
  with.Wait(59000);
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.Wait(1500);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1006:the client stopped polling"));
}

TEST(SocketIo09XhrPolling, ALaterPollTakesThePlaceOfAnEarlierOne) {
  C with(Events());
  const Client09 client(&with);
  client.Fetch();
  const auto first = client.Poll();
  const auto second = client.Poll();
  EXPECT_EQ(C::Body(with.Take(first)), "8::");
  with.Say(client.session, "x");
  EXPECT_EQ(C::Body(with.Take(second)), "3:::x");
}

TEST(SocketIo09XhrPolling, ALostPollLosesNothing) {
  C with(Events());
  const Client09 client(&with);
  client.Fetch();
  const auto poll = client.Poll();
  with.Lose(poll);
  with.Say(client.session, "kept");
  with.Wait(50000);
  EXPECT_EQ(client.Fetch(), "3:::kept");
}

TEST(SocketIo09XhrPolling, BadPostsEndTheClient) {
  for (const std::string& body :
       {std::string("\xef\xbf\xbd"
                    "99999999\xef\xbf\xbdx"),
        std::string("\xef\xbf\xbd-1\xef\xbf\xbd"),
        std::string("\xef\xbf\xbd\xef\xbf\xbd"), std::string("3:::\xff"),
        std::string("4:::") + std::string(100, '[')}) {
    C with(Events());
    const Client09 client(&with);
    EXPECT_EQ(client.Fetch(), "1::");
    EXPECT_THAT(client.Post(body), StartsWith("HTTP/1.1 400 ")) << body;
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:10"))) << body;
    EXPECT_EQ(client.Fetch(), "0::") << body;
    EXPECT_EQ(client.Fetch(), "7:::1+0") << body;
  }
}

TEST(SocketIo09XhrPolling, APostThatIsTooLargeIs413AndTheClientStays) {
  C with(Events());
  const Client09 client(&with);
  EXPECT_THAT(client.Post("3:::" + std::string(999997, 'a')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(C::Body(client.Post("3:::" + std::string(999996, 'a'))), "1");
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("event:message:[\"aaa")));
}

TEST(SocketIo09XhrPolling, ManyPacketsInOnePost) {
  ListenerConfig config = Events();
  config.limits.framing.max_packets = 2;
  C with(config);
  const Client09 client(&with);
  EXPECT_EQ(C::Body(client.Post(Payload09({"8::", "8::"}))), "1");
  EXPECT_THAT(client.Post(Payload09({"8::", "8::", "8::"})),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1009:")));
}

TEST(SocketIo09XhrPolling, PostsWaitForCredit) {
  ListenerConfig config = Events();
  config.limits.credit_messages = 1;
  C with(config);
  const Client09 client(&with);
  EXPECT_EQ(C::Body(client.Post("3:::one")), "1");
  const auto held = with.Connect();
  with.Send(held, C::Post(client.Target("xhr-polling"), "3:::two"));
  EXPECT_EQ(with.Take(held), "");
  with.Wait(30200);
  EXPECT_EQ(with.Take(held), "") << "as long as it takes";
  const auto other = with.Connect();
  with.Send(other, C::Post(client.Target("xhr-polling"), "3:::three"));
  with.Credit(client.session, 1, 0);
  EXPECT_EQ(C::Body(with.Take(held)), "1");
  EXPECT_EQ(with.Take(other), "");
  with.Credit(client.session, 1, 0);
  EXPECT_EQ(C::Body(with.Take(other)), "1");
  EXPECT_THAT(with.Heard(),
              ElementsAre("event:message:[\"one\"]", "event:message:[\"two\"]",
                          "event:message:[\"three\"]"));
}

// It has acknowledgements made and fetches none of them.
TEST(SocketIo09XhrPolling, WhoMakesUsAnswerHasToFetchTheAnswers) {
  ListenerConfig config = Events();
  config.limits.send_queue_hard = 1000;
  C with(config);
  const Client09 client(&with);
  int posts = 0;
  while (posts < 1000 && with.hub.sessions() > 0) {
    client.Post("3:1::x");
    with.Credit(client.session, 1, 1);
    ++posts;
  }
  EXPECT_LT(posts, 100);
  EXPECT_THAT(with.Heard(), testing::Contains(StartsWith("closed:1013:")));
}

}  // namespace
}  // namespace rabbit_socks::session
