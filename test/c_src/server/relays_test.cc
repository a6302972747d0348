// SPDX-License-Identifier: MPL-2.0
#include "server/relays.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "server/edge_fixture.h"
#include "server/terms.h"

namespace rabbit_socks::server {
namespace {

using namespace terms;  // NOLINT(google-build-using-namespace): the test's
                        // vocabulary
using net::ConnectTo;
using net::NewListener;
using net::Peer;

class RelaysTest : public EdgeTest {
 protected:
  static std::string Request(const std::string& path,
                             const std::vector<std::string>& headers) {
    return Map({{Atom("method"), Binary("GET")},
                {Atom("target"), Binary("/socks" + path)},
                {Atom("path"), Binary(path)},
                {Atom("headers"), List(headers)},
                {Atom("peer"), Tuple({Binary("192.0.2.7"), Integer(1234)})},
                {Atom("local"), Tuple({Binary("192.0.2.1"), Integer(15690)})},
                {Atom("secure"), Atom("false")},
                {Atom("body"), Binary("")}});
  }
  void SendRequest(uint64_t ref, uint64_t listener, const std::string& path,
                   const std::vector<std::string>& headers) {
    Send(Tuple({Atom("request"), Integer(ref), Integer(listener),
                Request(path, headers)}));
  }
  static std::string Field(const std::string& name, const std::string& value) {
    return Tuple({Binary(name), Binary(value)});
  }
  // Up to the switch of `ref`; the session's pid is 7.
  std::string Switch(uint64_t ref = 100) {
    SayHello();
    Send(Tuple({Atom("configure"), Integer(6), ConfigTerm()}));
    SendRequest(
        ref, 6, "/websocket/x",
        {Field("host", "a"), Field("upgrade", "websocket"),
         Field("connection", "Upgrade"), Field("sec-websocket-version", "13"),
         Field("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")});
    const std::string open = Await("{open,");
    EXPECT_NE(open.find("peer=>{<<\"192.0.2.7\">>,1234}"), std::string::npos)
        << open;
    const std::string session = SessionOf(open);
    Send(Tuple({Atom("accept"), Integer(Number(session)), Pid(7), List({})}));
    const std::string answer = Event();
    EXPECT_EQ(answer.substr(0, 12), "{switch," + std::to_string(ref) + ",")
        << answer;
    EXPECT_NE(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos)
        << answer;
    return session;
  }
};

TEST_F(RelaysTest, AnAnswer) {
  SayHello();
  Send(Tuple({Atom("configure"), Integer(6), ConfigTerm()}));
  SendRequest(100, 6, "/nothing", {Field("host", "a")});
  EXPECT_EQ(Await("{response").substr(0, 18), "{response,100,404,");
}

TEST_F(RelaysTest, AListenerThatIsNotThere) {
  SayHello();
  SendRequest(100, 6, "/", {Field("host", "a")});
  EXPECT_EQ(Await("{response").substr(0, 18), "{response,100,503,");
}

// Both sides of a forwarded request, as two nodes have them.
TEST_F(RelaysTest, AnotherNodesClient) {
  Send(Tuple({Atom("hello"), Integer(1),
              Map({{Atom("release"), Binary("1")},
                   {Atom("tag"), Binary("-home-")}})}));
  Send(Tuple({Atom("configure"), Integer(6), ConfigTerm()}));
  const std::string target = "/socket.io/?EIO=4&transport=polling";
  const std::string name = std::string(27, 'n') + "-away-";
  SendRequest(100, 6, target + "&sid=" + name, {Field("host", "a")});
  const std::string forward = Await("{forward,");
  EXPECT_EQ(forward.find("{forward,1,<<\"" + name + "\">>,#{body=>"), 0U)
      << forward;
  EXPECT_NE(forward.find("peer=>{<<\"192.0.2.7\">>,1234}"), std::string::npos)
      << forward;
  Send(Tuple({Atom("answer"), Integer(1), Integer(200),
              List({Field("x-there", "yes")}), Binary("theirs")}));
  const std::string answer = Await("{response,");
  EXPECT_EQ(answer.find("{response,100,200,"), 0U) << answer;
  EXPECT_NE(answer.find("<<\"theirs\">>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("<<\"x-there\">>"), std::string::npos) << answer;
  // The next is given up, and one is left unanswered.
  SendRequest(101, 6, target + "&sid=" + name, {Field("host", "a")});
  EXPECT_EQ(Await("{forward,").find("{forward,2,"), 0U);
  Send(Tuple({Atom("gone"), Integer(101)}));
  EXPECT_EQ(Await("{gone,"), "{gone,2}");
  SendRequest(102, 6, target + "&sid=" + name, {Field("host", "a")});
  EXPECT_EQ(Await("{forward,").find("{forward,3,"), 0U);
  Send(Tuple({Atom("unanswered"), Integer(3)}));
  EXPECT_EQ(Await("{response,").find("{response,102,400,"), 0U);
}

TEST_F(RelaysTest, ForAnotherNode) {
  SayHello();
  Send(Tuple({Atom("configure"), Integer(6), ConfigTerm()}));
  SendRequest(100, 6, "/socket.io/?EIO=4&transport=polling",
              {Field("host", "a")});
  const std::string opened = Await("{response,");
  const size_t at = opened.find("sid");
  ASSERT_NE(at, std::string::npos) << opened;
  const size_t begin = opened.find_first_of(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
      at + 3);
  const std::string name = opened.substr(begin, 27);
  const auto forwarded = [&](uint64_t ref, const std::string& to) {
    Send(Tuple({Atom("forwarded"), Integer(ref), Binary(to),
                Request("/socket.io/?EIO=4&transport=polling&sid=" + to,
                        {Field("host", "a")})}));
  };
  forwarded(7, std::string(27, 'n'));
  EXPECT_EQ(Event(), "{finish,7}") << "there is no such client";
  forwarded(8, name);
  forwarded(8, name);
  EXPECT_NE(Await("{log,error").find("in use"), std::string::npos);
  Send(Tuple(
      {Atom("remove"), Integer(6), Integer(1001), Binary(""), Integer(0)}));
  EXPECT_EQ(Await("{response,").find("{response,8,"), 0U);
}

TEST_F(RelaysTest, ByBytes) {
  const std::string session = Switch();
  // A message that is sent before the relay says that it is one waits for it.
  Send(Tuple({Atom("send"), Integer(Number(session)),
              List({Tuple({Atom("utf8"), Binary("first")})})}));
  Send(Tuple({Atom("bytes"), Integer(100), Binary("")}));
  EXPECT_EQ(Event(),
            "{bytes,100,<<\"\x81\x05"
            "first\">>}");
  Send(Tuple({Atom("bytes"), Integer(100), Binary(Frame("hi").substr(0, 3))}));
  Send(Tuple({Atom("bytes"), Integer(100), Binary(Frame("hi").substr(3))}));
  EXPECT_EQ(Event(), "{<pid 7>,{$socks,messages,[{utf8,<<\"hi\">>}]}}");
  Send(Tuple({Atom("gone"), Integer(100)}));
  EXPECT_EQ(Event().substr(0, 29), "{<pid 7>,{$socks,closed,1006,");
}

TEST_F(RelaysTest, WhatWasOnItsWayWhenItIsPaused) {
  Switch();
  Send(Tuple({Atom("bytes"), Integer(100), Binary("")}));
  std::string frames;
  while (frames.size() < 60000) frames += Frame(std::string(100, 'x'));
  const std::string bytes =
      Tuple({Atom("bytes"), Integer(100), Binary(frames)});
  const size_t step = 1 << 20;
  const auto send = [&](size_t size) {
    for (size_t sent = 0; sent < size; sent += frames.size()) Send(bytes);
  };
  // More than the session's credit: nobody gives it any.
  send(step);
  EXPECT_EQ(Await("{pause"), "{pause,100}");
  // What the node may have let wait for the link is no fault of the relay's.
  send(5 * step);
  Send(Tuple({Atom("heartbeat"), Integer(1)}));
  EXPECT_EQ(Event(), "{heartbeat,1}");
  // But it is told to stop, and has to.
  send(4 * step);
  EXPECT_EQ(Event(), "{finish,100}");
}

TEST_F(RelaysTest, ByDescriptorInEitherOrder) {
  for (const bool descriptor_first : {true, false}) {
    const uint64_t ref = descriptor_first ? 100 : 101;
    const std::string session = Switch(ref);
    uint16_t port = 0;
    const int listener = NewListener("127.0.0.1", &port);
    {
      const Peer client = ConnectTo("127.0.0.1", port);
      const int fd = accept(listener, nullptr, nullptr);
      close(listener);
      const std::string adopt =
          Tuple({Atom("adopt"), Integer(ref), Binary(Frame("in the buffer"))});
      if (!descriptor_first) {
        Send(adopt);
        Send(Tuple({Atom("heartbeat"), Integer(1)}));
        EXPECT_EQ(Event(), "{heartbeat,1}");
      }
      node_.SendDescriptor(IdMessage(ref), {fd});
      close(fd);
      if (descriptor_first) Send(adopt);
      EXPECT_EQ(Event(),
                "{<pid 7>,{$socks,messages,[{utf8,<<\"in the buffer\">>}]}}");
      client.Send(Frame("direct"));
      EXPECT_EQ(Event(), "{<pid 7>,{$socks,messages,[{utf8,<<\"direct\">>}]}}");
      Send(Tuple({Atom("send"), Integer(Number(session)),
                  List({Tuple({Atom("utf8"), Binary("out")})})}));
      EXPECT_EQ(client.Receive(5),
                "\x81\x03"
                "out");
    }
    EXPECT_EQ(Event().substr(0, 29), "{<pid 7>,{$socks,closed,1006,");
  }
}

TEST_F(RelaysTest, APeerThatGoesBeforeItsDescriptorComes) {
  Switch();
  Send(Tuple({Atom("gone"), Integer(100)}));
  EXPECT_EQ(Event().substr(0, 29), "{<pid 7>,{$socks,closed,1006,");
  Send(Tuple({Atom("adopt"), Integer(100), Binary("")}));
  uint16_t port = 0;
  const int listener = NewListener("127.0.0.1", &port);
  const Peer client = ConnectTo("127.0.0.1", port);
  const int fd = accept(listener, nullptr, nullptr);
  close(listener);
  node_.SendDescriptor(IdMessage(100), {fd});
  close(fd);
  EXPECT_EQ(client.ReceiveAll(), "");  // closed
}

}  // namespace
}  // namespace rabbit_socks::server
