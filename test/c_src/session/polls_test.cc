// SPDX-License-Identifier: MPL-2.0
// Socket.IO 0.6 conversations through the hub, one for each transport.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

using C = Conversation;

struct Polling {
  explicit Polling(Conversation& conversation,
                   const std::string& transport = "xhr-polling")
      : with(conversation), base("/socket.io/echo/" + transport + "/") {
    down = with.Connect();
    with.Send(down,
              C::Get(base + "/1" + (transport == "jsonp-polling" ? "/0" : "")));
    with.Accept(with.LastOpened());
    first = with.Take(down);
    name = NameIn(C::Body(first));
    session = with.LastOpened();
    up = with.Connect();
  }
  std::string Poll() {
    with.Send(down, C::Get(base + name + "/2"));
    return with.Take(down);
  }
  std::string Send(const std::string& form) {
    with.Send(up, C::Post(base + name + "/send", form));
    return with.Take(up);
  }
  Conversation& with;
  std::string base, first, name;
  base::ConnectionId down, up;
  base::SessionId session;
};

TEST(XhrPolling, TheFirstAnswerIsTheSessionId) {
  Conversation with;
  const Polling client(with);
  EXPECT_THAT(client.first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.first,
              HasSubstr("Content-Type: text/plain; charset=UTF-8\r\n"));
  EXPECT_EQ(client.name.size(), 27U);
  EXPECT_THAT(with.infos[0].path, ElementsAre("echo"));
  EXPECT_STREQ(with.infos[0].transport, "xhr-polling");
  EXPECT_STREQ(with.infos[0].generation, "socket.io-0.6");
}

TEST(XhrPolling, EchoesInOrder) {
  Conversation with;
  Polling client(with);
  EXPECT_EQ(C::Body(client.Send("data=~m~5~m~hello~m~3~m~a%26b")), "ok");
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello", "text:a&b"));
  with.Say(client.session, "one");
  with.Say(client.session, "two \xF0\x9F\x98\x80");
  EXPECT_EQ(C::Body(client.Poll()), "~m~3~m~one~m~6~m~two \xF0\x9F\x98\x80");
}

TEST(XhrPolling, AnOpenPollIsAnsweredBySend) {
  Conversation with;
  Polling client(with);
  EXPECT_EQ(client.Poll(), "");
  with.Say(client.session, "now");
  EXPECT_EQ(C::Body(with.Take(client.down)), "~m~3~m~now");
}

TEST(XhrPolling, AnIdlePollIsAnsweredEmptyAfter20Seconds) {
  Conversation with;
  Polling client(with);
  EXPECT_EQ(client.Poll(), "");
  with.Wait(19000);
  EXPECT_EQ(with.Take(client.down), "");
  with.Wait(1500);
  const std::string answer = with.Take(client.down);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(C::Body(answer), "");
}

TEST(XhrPolling, ASecondPollReplacesTheFirst) {
  Conversation with;
  Polling client(with);
  client.Poll();
  const auto other = with.Connect();
  with.Send(other, C::Get(client.base + client.name + "/3"));
  EXPECT_EQ(C::Body(with.Take(client.down)), "");
  with.Say(client.session, "x");
  EXPECT_EQ(C::Body(with.Take(other)), "~m~1~m~x");
  EXPECT_EQ(with.Take(client.down), "");
}

TEST(XhrPolling, WithoutPollsTheSessionDies) {
  Conversation with;
  Polling client(with);
  with.Wait(8500);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1006:the client stopped polling"));
  EXPECT_EQ(with.hub.sessions(), 0U);
  EXPECT_THAT(client.Poll(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client.Send("data=~m~1~m~a"), StartsWith("HTTP/1.1 404 "));
}

TEST(XhrPolling, ALostPollGivesTheSessionItsTimeoutAndLosesNothing) {
  Conversation with;
  Polling client(with);
  client.Poll();
  with.Lose(client.down);
  with.Say(client.session, "kept");
  with.Wait(5000);
  client.down = with.Connect();
  EXPECT_EQ(C::Body(client.Poll()), "~m~4~m~kept");
}

TEST(XhrPolling, BadPayloadsEndTheSession) {
  for (const char* form :
       {"data=~m~99999999~m~x", "data=~m~~m~", "data=~m~-1~m~",
        "data=~m~3~m~ab", "data=~m~4~m~~j~{", "data=~m~1~m~%FF",
        "data=hello"}) {
    Conversation with;
    Polling client(with);
    EXPECT_THAT(client.Send(form), StartsWith("HTTP/1.1 400 ")) << form;
    const auto heard = with.Heard();
    ASSERT_EQ(heard.size(), 1U) << form;
    EXPECT_THAT(heard[0], StartsWith("closed:")) << form;
    EXPECT_EQ(with.hub.sessions(), 0U) << form;
  }
}

TEST(XhrPolling, AFormWithoutDataIs400AndTheSessionLives) {
  Conversation with;
  Polling client(with);
  EXPECT_THAT(client.Send("other=1"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(with.hub.sessions(), 1U);
}

TEST(XhrPolling, APostWaitsForCredit) {
  Conversation with;
  Polling client(with);
  std::string form = "data=";
  for (int i = 0; i < 70; ++i) form += "~m~1~m~x";
  EXPECT_EQ(C::Body(client.Send(form)), "ok") << "a body is taken whole";
  EXPECT_EQ(with.Heard().size(), 70U);
  EXPECT_EQ(client.Send("data=~m~4~m~more"), "") << "no credit, no answer";
  with.Credit(client.session, 32, 0);
  EXPECT_EQ(C::Body(with.Take(client.up)), "ok");
  EXPECT_THAT(with.Heard(), ElementsAre("text:more"));
}

TEST(XhrPolling, ServerCloseAnswersTheOpenPollWith404) {
  Conversation with;
  Polling client(with);
  client.Poll();
  with.Close(client.session, 1000);
  EXPECT_THAT(with.Take(client.down), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
}

TEST(XhrPolling, WhatWasSentBeforeTheCloseIsStillFetched) {
  Conversation with;
  Polling client(with);
  with.Say(client.session, "last");
  with.Close(client.session, 1000);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1000:"));
  EXPECT_EQ(C::Body(client.Poll()), "~m~4~m~last");
  EXPECT_THAT(client.Poll(), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

TEST(XhrPolling, CorsEchoesTheOriginAndVaries) {
  Conversation with;
  Polling client(with);
  with.Send(client.up,
            C::Post(client.base + client.name + "/send", "data=~m~1~m~a",
                    "Origin: http://page.example\r\n"));
  const std::string answer = with.Take(client.up);
  EXPECT_THAT(
      answer,
      HasSubstr("Access-Control-Allow-Origin: http://page.example\r\n"));
  EXPECT_THAT(answer, HasSubstr("Vary: Origin\r\n"));
  EXPECT_THAT(client.Send("data=~m~1~m~a"), Not(HasSubstr("Access-Control")));
  with.Send(
      client.up,
      "OPTIONS " + client.base + client.name +
          "/send HTTP/1.1\r\nHost: h\r\nOrigin: "
          "http://page.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  EXPECT_THAT(with.Take(client.up), StartsWith("HTTP/1.1 204 "));
}

TEST(XhrPolling, UnknownAndStolenSessionsAre404) {
  Conversation with;
  Polling client(with);
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/echo/xhr-polling/nosuch/1"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 404 "));
  with.Send(c, C::Get("/socket.io/echo/jsonp-polling/" + client.name + "/1/0"));
  EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 404 ")) << "another transport";
}

TEST(JsonpPolling, CallsTheIndexedCallback) {
  Conversation with;
  const Polling client(with, "jsonp-polling");
  EXPECT_THAT(client.first,
              HasSubstr("Content-Type: text/javascript; charset=UTF-8\r\n"));
  EXPECT_THAT(client.first, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_EQ(C::Body(client.first),
            "io.JSONP[0]._(\"~m~27~m~" + client.name + "\");");
  with.Say(client.session, "</script>\"");
  with.Send(client.down, C::Get(client.base + client.name + "/2/12"));
  EXPECT_EQ(C::Body(with.Take(client.down)),
            "io.JSONP[12]._(\"~m~10~m~<\\/script>\\\"\");");
}

TEST(JsonpPolling, AnIndexThatIsNotDigitsIsNeverEchoed) {
  for (const char* index :
       {"0];alert(1)//", "", "1e9", "%30", "1234567890", "-1"}) {
    Conversation with;
    const auto c = with.Connect();
    with.Send(c, C::Get(std::string("/socket.io/jsonp-polling//1/") + index));
    EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 400 ")) << index;
    EXPECT_THAT(with.opened, IsEmpty());
  }
}

TEST(JsonpPolling, AFormMayHaveTurnedNewlines) {
  Conversation with;
  Polling client(with, "jsonp-polling");
  with.Send(client.up, C::Post(client.base + client.name + "/2/0",
                               "data=~m~3~m~a%0D%0Ab"));
  EXPECT_EQ(C::Body(with.Take(client.up)), "ok");
  EXPECT_THAT(with.Heard(), ElementsAre("text:a\nb"));
}

}  // namespace
}  // namespace rabbit_socks::session
