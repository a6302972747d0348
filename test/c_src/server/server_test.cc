// SPDX-License-Identifier: MPL-2.0
#include "server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "server/edge_fixture.h"
#include "server/terms.h"

namespace rabbit_socks::server {
namespace {

using namespace terms;  // NOLINT(google-build-using-namespace): the test's
                        // vocabulary
using net::ConnectTo;
using net::NewListener;
using net::Peer;
using testing::ContainsRegex;
using testing::HasSubstr;

using ServerTest = EdgeTest;

TEST_F(ServerTest, HelloHeartbeatStop) {
  EXPECT_EQ(Event(), "{hello,1,#{pid=>" + std::to_string(getpid()) +
                         ",release=><<\"" RABBIT_SOCKS_VERSION "\">>}}");
  SayHello();
  Send(Tuple({Atom("heartbeat"), Integer(41)}));
  EXPECT_EQ(Event(), "{heartbeat,41}");
  EXPECT_THAT(statistics(), HasSubstr("connections=>0"));
  EXPECT_THAT(statistics(), ContainsRegex("cpu=>[1-9]"));
  EXPECT_THAT(statistics(), ContainsRegex("memory=>[1-9][0-9]{5}"));
  Send(List({Tuple({Atom("heartbeat"), Integer(42)}),
             Tuple({Atom("heartbeat"), Integer(70000000000)})}));
  EXPECT_EQ(Event(), "{heartbeat,42}");
  EXPECT_EQ(Event(), "{heartbeat,70000000000}");
  Send(Tuple({Atom("stop"), Integer(1001), Binary("bye")}));
  EXPECT_EQ(ExitCode(), 0);
}

TEST_F(ServerTest, EndOfTheNode) {
  SayHello();
  node_.in().Close();
  EXPECT_EQ(ExitCode(), 0);
}

TEST_F(ServerTest, AnotherVersion) {
  testing::internal::CaptureStderr();
  Send(Tuple(
      {Atom("hello"), Integer(2), Map({{Atom("release"), Binary("9.9")}})}));
  EXPECT_EQ(ExitCode(), 1);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("version 2"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_F(ServerTest, NoHello) {
  testing::internal::CaptureStderr();
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(ExitCode(), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("no hello"),
            std::string::npos);
}

TEST_F(ServerTest, AMalformedPacket) {
  SayHello();
  testing::internal::CaptureStderr();
  Send(Tuple({Atom("heartbeat"), Atom("one")}));
  EXPECT_EQ(ExitCode(), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("malformed"),
            std::string::npos);
}

TEST_F(ServerTest, Garbage) {
  SayHello();
  testing::internal::CaptureStderr();
  node_.in().Send("Error in library");
  EXPECT_EQ(ExitCode(), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("garbage"),
            std::string::npos);
}

TEST_F(ServerTest, AnUnknownCommandIsLoggedOnce) {
  SayHello();
  for (int i = 0; i < 3; ++i) Send(Tuple({Atom("dance"), Integer(1)}));
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(Await("{log"),
            "{log,warning,<<\"unknown command dance ignored\">>}");
  EXPECT_EQ(Event(), "{heartbeat,1}");
}

TEST_F(ServerTest, EchoThroughTheNode) {
  SayHello();
  const uint16_t port = Listen(ConfigTerm());
  const Peer client = ConnectTo("127.0.0.1", port);
  client.Send(Upgrade());
  const std::string open = Await("{open,");
  const std::string session = SessionOf(open);
  EXPECT_NE(open.find(",5,0,#{"), std::string::npos) << open;
  for (const char* part :
       {"generation=>none", "path=>[<<\"a\">>,<<\"b\">>]", "query=><<\"x=1\">>",
        "secure=>false", "transport=>websocket", "protocol=>rfc6455",
        "subprotocol=>none", "peer=>{<<\"127.0.0.1\">>,",
        "{<<\"host\">>,<<\"localhost\">>}"})
    EXPECT_NE(open.find(part), std::string::npos) << part << " in " << open;
  const std::string field = Tuple({Binary("X-Own"), Binary("1")});
  Send(
      Tuple({Atom("accept"), Integer(Number(session)), Pid(7), List({field})}));
  const std::string answer = client.Receive();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 101");
  EXPECT_NE(answer.find("X-Own: 1\r\n"), std::string::npos) << answer;

  client.Send(Frame("one") + Frame("two"));
  EXPECT_EQ(
      Event(),
      "{<pid 7>,{$socks,messages,[{utf8,<<\"one\">>},{utf8,<<\"two\">>}]}}");
  const std::string message = Tuple({Atom("utf8"), Binary("echo")});
  Send(Tuple(
      {Atom("send"), Integer(Number(session)), List({message, message})}));
  EXPECT_EQ(client.Receive(12),
            "\x81\x04"
            "echo\x81\x04"
            "echo");
  Send(Tuple({Atom("close"), Integer(Number(session)), Integer(4000),
              Binary("done")}));
  EXPECT_EQ(client.Receive(8),
            "\x88\x06\x0f\xa0"
            "done");
  EXPECT_EQ(Event(), "{<pid 7>,{$socks,closed,4000,<<\"done\">>}}");
}

TEST_F(ServerTest, AClientThatVanishes) {
  SayHello();
  std::string session;
  Peer client = Open(Listen(ConfigTerm()), &session);
  client.Abort();
  EXPECT_EQ(Event().substr(0, 29), "{<pid 7>,{$socks,closed,1006,");
  // A command for a session that is gone is ignored.
  Send(Tuple({Atom("send"), Integer(Number(session)),
              List({Tuple({Atom("utf8"), Binary("late")})})}));
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(Event(), "{heartbeat,1}");
}

TEST_F(ServerTest, TheDescriptorAfterTheCommand) {
  SayHello();
  Send(Tuple({Atom("listen"), Integer(9), ConfigTerm()}));
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(Await("{heartbeat"), "{heartbeat,1}");
  uint16_t port = 0;
  const int fd = NewListener("127.0.0.1", &port);
  node_.SendDescriptor(IdMessage(9), {fd});
  close(fd);
  EXPECT_EQ(Event(), "{listening,9}");
  const Peer client = ConnectTo("127.0.0.1", port);
  client.Send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().substr(0, 12), "HTTP/1.1 404");
}

TEST_F(ServerTest, UnlistenLeavesSessionsAndRemoveClosesThem) {
  SayHello();
  std::string session;
  const uint16_t port = Listen(ConfigTerm());
  const Peer client = Open(port, &session);
  Send(Tuple({Atom("unlisten"), Integer(5)}));
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(Await("{heartbeat"), "{heartbeat,1}");
  client.Send(Frame("still"));
  EXPECT_EQ(Event(), "{<pid 7>,{$socks,messages,[{utf8,<<\"still\">>}]}}");
  Send(Tuple({Atom("remove"), Integer(5), Integer(1001), Binary("drained"),
              Integer(0)}));
  EXPECT_EQ(client.Receive(11),
            "\x88\x09\x03\xe9"
            "drained");
  EXPECT_EQ(Event(), "{<pid 7>,{$socks,closed,1001,<<\"drained\">>}}");
}

TEST_F(ServerTest, StopClosesSessionsAndWaitsForTheHandshake) {
  SayHello();
  std::string session;
  const uint16_t port = Listen(ConfigTerm());
  const Peer client = Open(port, &session);
  const Peer idle = ConnectTo("127.0.0.1", port);
  Send(Tuple({Atom("stop"), Integer(1001), Binary("bye")}));
  EXPECT_EQ(client.Receive(7),
            "\x88\x05\x03\xe9"
            "bye");
  client.Send(std::string("\x88\x82\0\0\0\0\x03\xe9", 8));
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(Await("{<pid"), "{<pid 7>,{$socks,closed,1001,<<\"bye\">>}}");
}

TEST_F(ServerTest, TooManyConnectionsAreToldSo) {
  SayHello();
  const uint16_t port =
      Listen(ConfigTerm({{Atom("max_connections"), Integer(1)},
                         {Atom("max_pending"), Integer(10)}}));
  const Peer first = ConnectTo("127.0.0.1", port);
  first.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(first.Receive().substr(0, 12), "HTTP/1.1 404");
  const Peer second = ConnectTo("127.0.0.1", port);
  const std::string answer = second.ReceiveAll();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 503") << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, BadOptionsAreLoggedAndTheListenerServes) {
  SayHello();
  uint16_t port = 0;
  const int fd = NewListener("127.0.0.1", &port);
  node_.SendDescriptor(IdMessage(5), {fd});
  close(fd);
  Send(Tuple({Atom("listen"), Integer(5),
              ConfigTerm({{Atom("max_wings"), Integer(2)}})}));
  EXPECT_EQ(Await("{log"),
            "{log,error,<<\"listener 5: unknown option max_wings\">>}");
  EXPECT_EQ(Event(), "{listening,5}");
}

TEST_F(ServerTest, ADescriptorThatIsNoListener) {
  SayHello();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  node_.SendDescriptor(IdMessage(5), {fd});
  close(fd);
  Send(Tuple({Atom("listen"), Integer(5), ConfigTerm()}));
  EXPECT_EQ(
      Await("{log"),
      "{log,error,<<\"listener 5: its descriptor is no listening socket\">>}");
}

}  // namespace
}  // namespace rabbit_socks::server
