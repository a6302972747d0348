// SPDX-License-Identifier: MPL-2.0
// The transports of Socket.IO 0.7 to 0.9, how a client goes from one to
// another, and POSTs.
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
  EXPECT_THAT(with.Take(held), StartsWith("HTTP/1.1 503 "))
      << "it had its time";
  const auto other = with.Connect();
  with.Send(other, C::Post(client.Target("xhr-polling"), "3:::three"));
  with.Credit(client.session, 1, 0);
  EXPECT_EQ(C::Body(with.Take(other)), "1");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"one\"]",
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

TEST(SocketIo09JsonpPolling, CallsTheIndexedFunction) {
  C with(Events());
  const Client09 client(&with, "?jsonp=0");
  const std::string sid =
      client.answer.substr(client.answer.find("io.j[0](\"") + 9, 27);
  const std::string target = "/socket.io/1/jsonp-polling/" + sid;
  const auto get = [&](const std::string& query) {
    const auto c = with.Connect();
    with.Send(c, C::Get(target + query));
    return with.Take(c);
  };
  const std::string greeting = get("?t=1&i=0");
  EXPECT_THAT(greeting,
              HasSubstr("Content-Type: text/javascript; charset=UTF-8\r\n"));
  EXPECT_THAT(greeting, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_EQ(C::Body(greeting), "io.j[0](\"1::\");");
  with.Say(client.session, "</script>\"\xe2\x80\xa8");
  EXPECT_EQ(C::Body(get("?i=12")), "io.j[12](\"3:::<\\/script>\\\"\\u2028\");");
}

// Clients since 0.8.6 send a JSON string, those before the text itself.
TEST(SocketIo09JsonpPolling, BothKindsOfPosts) {
  C with(Events());
  const Client09 client(&with);
  const auto post = [&](const std::string& form) {
    return client.Post(form, "jsonp-polling", "?t=1&i=0");
  };
  EXPECT_EQ(C::Body(post("d=%223%3A%3A%3A%C3%BC%5Cn%22")), "1");
  EXPECT_EQ(C::Body(post("d=3%3A%3A%3Araw%0D%0Aline")), "1");
  EXPECT_EQ(C::Body(post("d=%EF%BF%BD5%EF%BF%BD3%3A%3A%3Aa%EF%BF%BD5%EF%BF%BD"
                         "3%3A%3A%3Ab")),
            "1");
  EXPECT_THAT(with.Heard(),
              ElementsAre("event:message:[\"\xc3\xbc\\n\"]",
                          "event:message:[\"raw\\nline\"]",
                          "event:message:[\"a\"]", "event:message:[\"b\"]"));
}

// Attack row E29.
TEST(SocketIo09JsonpPolling, FormsThatAreNone) {
  for (const char* form : {"e=1", "", "d=%zz", "d=%22abc", "d=%FF"}) {
    C with(Events());
    const Client09 client(&with);
    EXPECT_THAT(client.Post(form, "jsonp-polling", "?i=0"),
                StartsWith("HTTP/1.1 400 "))
        << form;
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:10"))) << form;
  }
  C with(Events());
  const Client09 client(&with);
  std::string form = "d=3%3A%3A%3Afirst";
  for (int i = 0; i < 1000; ++i) form += "&d=3%3A%3A%3Aother";
  EXPECT_EQ(C::Body(client.Post(form, "jsonp-polling", "?i=0")), "1");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"first\"]"));
}

TEST(SocketIo09HtmlFile, IsAStreamOfScripts) {
  C with(Events());
  const Client09 client(&with);
  const auto c = client.Poll("htmlfile");
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/html; charset=UTF-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, HasSubstr("<html><body><script>var _ = function (msg) { "
                                "parent.s._(msg, document); };</script>   "));
  EXPECT_THAT(answer, EndsWith("1a\r\n<script>_(\"1::\");</script>\r\n"));
  with.Say(client.session, "</script>/\"");
  EXPECT_THAT(with.Take(c),
              HasSubstr("<script>_(\"3:::<\\/script>\\/\\\"\");</script>"));
  EXPECT_EQ(C::Body(client.Post("3:::up", "htmlfile")), "1");
  EXPECT_THAT(with.Heard(), ElementsAre("event:message:[\"up\"]"));
  with.Wait(25200);
  EXPECT_THAT(with.Take(c), HasSubstr("_(\"2::\");"));
  client.Post("2::", "htmlfile");
  with.Wait(20000);
  with.Disconnect(client.session, true);
  EXPECT_THAT(with.Take(c), EndsWith("_(\"0::\");</script>\r\n0\r\n\r\n"));
  EXPECT_EQ(with.Fate(c), "finish ");
}

TEST(SocketIo09HtmlFile, ItsEndIsTheClients) {
  C with(Events());
  const Client09 client(&with);
  const auto c = client.Poll("htmlfile");
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the connection was lost"));
}

TEST(SocketIo09Transports, WhatWaitsGoesWithTheClient) {
  C with(Events());
  const Client09 client(&with);
  EXPECT_EQ(client.Fetch(), "1::");
  with.Say(client.session, "one");
  const auto stream = client.Poll("htmlfile");
  EXPECT_THAT(with.Take(stream), EndsWith("_(\"3:::one\");</script>\r\n"));
  std::string first;
  const auto ws = client.WebSocket(&first);
  EXPECT_EQ(first, "");
  EXPECT_EQ(with.Fate(stream), "finish ") << "it has nothing more to say";
  with.Say(client.session, "two");
  EXPECT_EQ(with.Take(ws), ServerText("3:::two"));
  const auto poll = client.Poll();
  EXPECT_EQ(with.Take(ws), CloseFrame(1000));
  with.Say(client.session, "three");
  EXPECT_EQ(C::Body(with.Take(poll)), "3:::three");
  with.Lose(ws);
  with.Lose(stream);
  EXPECT_THAT(with.Heard(), IsEmpty()) << "older transports end, it does not";
}

TEST(SocketIo09Transports, AWebSocketEndsAWaitingPoll) {
  C with(Events());
  const Client09 client(&with);
  client.Fetch();
  const auto poll = client.Poll();
  std::string first;
  client.WebSocket(&first);
  EXPECT_EQ(C::Body(with.Take(poll)), "8::");
  EXPECT_EQ(first, "");
}

// The node takes its time to confirm the end of a WebSocket; the client is
// nobody's any more.
TEST(SocketIo09Transports, AClientThatHasClosedIsNotTakenUpAgain) {
  for (const char* transport : {"xhr-polling", "htmlfile"}) {
    C with(Events());
    const Client09 client(&with);
    const auto ws = client.WebSocket();
    with.Send(ws, ClientFrame(0x88, "\x03\xe8"));
    EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:")) << transport;
    EXPECT_THAT(client.Fetch(transport), HasSubstr("7:::1+0")) << transport;
    with.Close(client.session, 1000);
    EXPECT_EQ(with.Take(ws), CloseFrame(1000)) << transport;
    EXPECT_EQ(with.hub.sessions(), 0U);
  }
}

TEST(SocketIo09Transports, TheLastWordsAreFetchedOnAnyTransport) {
  for (const char* transport : {"xhr-polling", "htmlfile"}) {
    C with(Events());
    const Client09 client(&with);
    client.Fetch();
    with.Say(client.session, "last");
    with.Close(client.session, 1000);
    EXPECT_EQ(with.hub.sessions(), 1U);
    const auto c = client.Poll(transport);
    const std::string body = C::Body(with.Take(c));
    EXPECT_THAT(body, HasSubstr("3:::last")) << transport;
    EXPECT_THAT(body, HasSubstr("0::")) << transport;
    EXPECT_EQ(with.hub.sessions(), 0U) << transport;
    EXPECT_EQ(with.Fate(c), "") << "the answer is whole";
  }
  C with(Events());
  const Client09 client(&with);
  with.Close(client.session, 1000);
  with.Wait(8200);
  EXPECT_EQ(with.hub.sessions(), 0U) << "or not fetched";
}

TEST(SocketIo09Transports, EachClientHasItsOwn) {
  C with(Events());
  const Client09 one(&with);
  const Client09 two(&with);
  std::string first;
  const auto ws = one.WebSocket();
  EXPECT_EQ(two.Fetch(), "1::");
  with.Say(two.session, "two");
  with.Say(one.session, "one");
  EXPECT_EQ(with.Take(ws), ServerText("3:::one"));
  EXPECT_EQ(two.Fetch(), "3:::two");
}

}  // namespace
}  // namespace rabbit_socks::session
