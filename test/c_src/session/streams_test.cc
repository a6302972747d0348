// SPDX-License-Identifier: MPL-2.0
// Socket.IO 0.6 conversations on streams and WebSockets.
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

TEST(Multipart, PartsAndHeartbeats) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/echo/xhr-multipart/"));
  with.Accept(with.LastOpened());
  const std::string answer = with.Take(c);
  EXPECT_THAT(
      answer,
      HasSubstr(
          "Content-Type: multipart/x-mixed-replace;boundary=\"socketio\"\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  const std::string name = NameIn(answer);
  EXPECT_EQ(C::Body(answer),
            "--socketio\nContent-Type: text/plain\n\n~m~27~m~" + name +
                "\n--socketio\n");
  with.Wait(10500);
  EXPECT_EQ(with.Take(c),
            "Content-Type: text/plain\n\n~m~4~m~~h~1\n--socketio\n");
  const auto up = with.Connect();
  with.Send(up, C::Post("/socket.io/echo/xhr-multipart/" + name + "/send",
                        "data=~m~4~m~~h~1~m~2~m~hi"));
  EXPECT_EQ(C::Body(with.Take(up)), "ok");
  EXPECT_THAT(with.Heard(), ElementsAre("text:hi"));
  with.Wait(10500);
  EXPECT_THAT(with.Take(c), HasSubstr("~h~2")) << "the first was answered";
  with.Wait(8500);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:heartbeat not answered"));
  EXPECT_EQ(with.Fate(c), "reset ");
}

TEST(HtmlFile, ChunkedScripts) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/htmlfile//17"));
  with.Accept(with.LastOpened());
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, HasSubstr("<html><body>" + std::string(244, ' ')));
  EXPECT_THAT(answer, HasSubstr("<script>parent.s._(\"~m~27~m~" +
                                NameIn(answer) + "\", document);</script>"));
  with.Close(with.LastOpened(), 1000);
  EXPECT_EQ(with.Take(c), "0\r\n\r\n");
  EXPECT_EQ(with.Fate(c), "finish ");
}

TEST(HtmlFile, TheEndOfTheStreamIsTheEndOfTheSession) {
  Conversation with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/socket.io/htmlfile//17"));
  with.Accept(with.LastOpened());
  with.Lose(c);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1006:the connection was lost"));
}

TEST(SocketIoOverWebSocket, SessionIdFirstThenPayloads) {
  Conversation with;
  const auto c = with.Connect();
  const std::string opening =
      with.OpenWebSocket(c, "/socket.io/echo/websocket");
  const size_t at = opening.find("\r\n\r\n") + 4;
  EXPECT_EQ(opening.substr(at, 2), std::string("\x81\x23"));
  EXPECT_THAT(opening.substr(at + 2), MatchesRegex("~m~27~m~[A-Za-z0-9_-]+"));
  with.Send(c, ClientText("~m~2~m~hi~m~12~m~~j~{\"a\":[1]}"));
  EXPECT_THAT(with.Heard(), ElementsAre("text:hi", "text:~j~{\"a\":[1]}"));
  with.Say(with.LastOpened(), "hi");
  EXPECT_EQ(with.Take(c), std::string("\x81\x09~m~2~m~hi"));
  with.Send(c, ClientFrame(0x82, "x"));
  EXPECT_THAT(
      with.Heard(),
      ElementsAre(
          "closed:1003:this generation of Socket.IO has no binary messages"));
}

TEST(SocketIoOverWebSocket, UnansweredHeartbeatEndsIt) {
  Conversation with;
  const auto c = with.Connect();
  with.OpenWebSocket(c, "/socket.io/websocket");
  with.Wait(10200);
  EXPECT_EQ(with.Take(c), std::string("\x81\x0B~m~4~m~~h~1"));
  with.Send(c, ClientText("~m~4~m~~h~7"));
  with.Wait(8200);
  EXPECT_EQ(with.Fate(c), "reset ") << "a wrong number is no answer";
}

TEST(SocketIo, RequestsThatMakeNoSense) {
  Conversation with;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {C::Get("/socket.io/echo/carrier-pigeon//1"), "400"},
      {C::Get("/socket.io/"), "400"},
      {C::Get("/socket.io"), "404"},
      {C::Post("/socket.io/xhr-polling//send", "data="), "400"},
      {C::Get("/socket.io/echo/websocket"), "426"},
      {"PUT /socket.io/xhr-polling//1 HTTP/1.1\r\nHost: h\r\nContent-Length: "
       "0\r\n\r\n",
       "405"},
      {C::Get("/socket.io/%zz/xhr-polling//1"), "400"},
      {C::Get("/socket.io/xhr-polling//1",
              "Upgrade: websocket\r\nConnection: Upgrade\r\n"),
       "400"},
  };
  for (const auto& [request, status] : cases) {
    const auto c = with.Connect();
    with.Send(c, request);
    EXPECT_THAT(with.Take(c), StartsWith("HTTP/1.1 " + status + " "))
        << request;
  }
  EXPECT_THAT(with.opened, IsEmpty());
}

}  // namespace
}  // namespace rabbit_socks::session
