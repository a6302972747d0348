// SPDX-License-Identifier: MPL-2.0
// The other transports of Socket.IO 0.7 to 0.9, and how a client goes from one
// to another.
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
