// SPDX-License-Identifier: MPL-2.0
// Requests to clients of Engine.IO that are not theirs, or not as theirs are.
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
using testing::Not;
using testing::StartsWith;

std::string Ask(C* with, const std::string& request) {
  const auto c = with->Connect();
  with->Send(c, request);
  return with->Take(c);
}

ListenerConfig OneOrigin() {
  ListenerConfig config = Events();
  config.routes[0].origins = http::OriginPolicy({"https://good.example"});
  return config;
}

// Attack rows E14, E15: also with a good id, whatever the method and transport.
TEST(EngineStrangers, EveryRequestIsJudgedByItsOrigin) {
  C with(OneOrigin());
  const Poller client(&with, "4");
  for (const std::string origin : {"https://evil.example", "null"}) {
    const std::string field = "Origin: " + origin + "\r\n";
    for (const std::string& request :
         {C::Get(client.base, field), C::Get(client.target(), field),
          C::Post(client.target(), "42[\"x\"]",
                  field + "Content-Type: text/plain\r\n"),
          C::Get("/socket.io/1/", field)}) {
      const std::string answer = Ask(&with, request);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 ")) << request;
      EXPECT_THAT(answer, Not(HasSubstr("Access-Control"))) << request;
    }
    const std::string upgrade =
        Upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + client.sid);
    EXPECT_THAT(
        Ask(&with, upgrade.substr(0, upgrade.size() - 2) + field + "\r\n"),
        StartsWith("HTTP/1.1 403 "));
  }
  EXPECT_THAT(client.Post("40", "Origin: https://good.example\r\n"),
              EndsWith("ok"));
}

// Attack rows E13, E15: a cookie is for balancers; who sends it says nothing.
TEST(EngineStrangers, ACookieNamesNobody) {
  ListenerConfig config = Events();
  config.cookie = "io";
  C with(config);
  const Poller client(&with, "4");
  EXPECT_THAT(client.opened, HasSubstr("Set-Cookie: io=" + client.sid +
                                       "; Path=/; HttpOnly; SameSite=Lax\r\n"));
  const std::string cookie = "Cookie: io=" + client.sid + "\r\n";
  EXPECT_THAT(Ask(&with, C::Post(client.base, "40", cookie)),
              HasSubstr("\"code\":2"));
  EXPECT_THAT(Ask(&with, C::Get(client.base + "&sid=abc", cookie)),
              HasSubstr("\"code\":1"));
  EXPECT_NE(SidIn(Ask(&with, C::Get(client.base, cookie))), client.sid);
  EXPECT_THAT(with.opened, IsEmpty());
}

// Attack row E18.
TEST(EngineStrangers, TransportsAndMethodsThatDoNotFit) {
  C with(Events());
  const Poller client(&with, "4");
  for (const std::string method : {"PUT", "DELETE", "HEAD"}) {
    EXPECT_THAT(Ask(&with, method + " " + client.target() +
                               " HTTP/1.1\r\nHost: h\r\nContent-Length: "
                               "0\r\n\r\n"),
                StartsWith("HTTP/1.1 405 "))
        << method;
  }
  EXPECT_THAT(Ask(&with, C::Get("/socket.io/?EIO=4&transport=websocket&sid=" +
                                client.sid)),
              HasSubstr("\"code\":3"));
  EXPECT_THAT(Ask(&with, Upgrade(client.target())),
              EndsWith("\r\n\r\nBad request"));
  const auto ws = with.Connect();
  with.Send(ws, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  const std::string sid = SidIn(with.Take(ws));
  for (const std::string& request :
       {C::Get(client.base + "&sid=" + sid),
        C::Post(client.base + "&sid=" + sid, "40")})
    EXPECT_THAT(Ask(&with, request), HasSubstr("\"code\":3")) << request;
  with.Send(ws, ClientText("40"));
  EXPECT_EQ(with.opened.size(), 1U) << "it is not disturbed";
}

// Attack row E26.
TEST(EngineStrangers, HeartbeatsTheWrongWayRound) {
  {
    C with(Events());
    const auto c = Open4(&with);
    with.Send(c, ClientText("2"));
    EXPECT_EQ(with.Take(c), "") << "its process is asked first";
    EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
  }
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  EXPECT_THAT(client.Post("1:3"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002:")));
}

}  // namespace
}  // namespace rabbit_socks::session
