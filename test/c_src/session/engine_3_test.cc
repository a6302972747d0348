// SPDX-License-Identifier: MPL-2.0
// Conversations with clients of Engine.IO 3, and with bare ones.
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
using testing::StartsWith;

TEST(Engine3, HandshakeConnectsTheDefaultNamespace) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1&token=1");
  EXPECT_EQ(C::Body(client.opened),
            "104:0{\"sid\":\"" + client.sid +
                "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                "\"pingTimeout\":20000}");
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_EQ(with.infos[0].nsp, "/");
  EXPECT_STREQ(with.infos[0].generation, "socket.io-2");
  const auto s = with.LastOpened();
  with.Accept(s);
  EXPECT_EQ(client.Fetch(), "2:40");
  client.Post("17:42[\"hi\",\"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\"]2:42");
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1002")))
      << "one of the two packets is none";
}

TEST(Engine3, TheClientPings) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  client.Fetch();
  with.Wait(25000);
  EXPECT_THAT(client.Post("1:2"), EndsWith("ok"));
  EXPECT_EQ(client.Fetch(), "1:3");
  with.Wait(44000);
  client.Post("6:2probe");
  EXPECT_EQ(client.Fetch(), "6:3probe");
  with.Wait(45200);
  EXPECT_THAT(client.Post("1:2"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(with.Heard(), ElementsAre(StartsWith("closed:1006:")));
}

TEST(Engine3, NamespacesWithQuery) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  client.Fetch();
  client.Post("18:40/chat?tok=a%20b,");
  ASSERT_EQ(with.infos.size(), 2U);
  EXPECT_EQ(with.infos[1].nsp, "/chat");
  EXPECT_EQ(with.infos[1].query, "tok=a%20b");
  with.Accept(with.LastOpened(), "other");
  EXPECT_EQ(client.Fetch(), "8:40/chat,");
  client.Post("13:42/nope,[\"x\"]");
  EXPECT_THAT(with.Heard(), IsEmpty());
  client.Post("8:40/nope,");
  with.Refuse(with.LastOpened(), 403, "Invalid namespace");
  EXPECT_EQ(client.Fetch(), "27:44/nope,\"Invalid namespace\"");
}

// engineio-v3-socketio-v2.md, section 9.
TEST(Engine3, FormsForClientsOfEveryAge) {
  C with(Events());
  const Poller old(&with, "3", "/socket.io/", "&t=1416300000000-0");
  EXPECT_THAT(old.opened, HasSubstr("application/octet-stream"));
  EXPECT_THAT(C::Body(old.opened),
              StartsWith(std::string("\x00\x01\x00\x04\xff", 5) + "0{"));
  const Poller newer(&with, "3", "/socket.io/", "&t=Q8BsesV");
  EXPECT_THAT(newer.opened, HasSubstr("text/plain; charset=UTF-8"));
  with.Accept(with.LastOpened());
  newer.Fetch();
  base::Value args;
  args.Array(1);
  args.Binary("\x01\x02");
  with.Send(with.LastOpened(),
            {base::Message::Kind::kEvent, "b", std::nullopt, &args});
  EXPECT_THAT(newer.Fetch(), EndsWith(std::string("\x01\x03\xff\x04\x01\x02")))
      << "bytes need the binary form";
  newer.Post("10:42[\"\xc3\x83\xc2\xbc\",1]");
  EXPECT_THAT(with.Heard(), ElementsAre("event:\xc3\xbc:[1]"))
      << "a text that was encoded twice";
}

TEST(Engine3, Jsonp) {
  C with(Events());
  const Poller client(&with, "3", "/socket.io/", "&j=3");
  EXPECT_THAT(client.opened, HasSubstr("text/javascript; charset=UTF-8"));
  EXPECT_THAT(C::Body(client.opened),
              StartsWith("___eio[3](\"104:0{\\\"sid\\\":"));
  with.Accept(with.LastOpened());
  client.Fetch();
  EXPECT_THAT(client.Post("d=12%3A42%5B%22a%22%2C%22%5C%5Cn%22%5D"),
              EndsWith("ok"));
  EXPECT_THAT(client.Post("e=1"), StartsWith("HTTP/1.1 400 "));
}

TEST(BareEngine, Echoes) {
  C with;
  const Poller client(&with, "4", "/engine.io/");
  ASSERT_EQ(with.infos.size(), 1U);
  EXPECT_EQ(with.infos[0].nsp, "");
  EXPECT_STREQ(with.infos[0].generation, "engine.io-4");
  client.Post(
      "4hello\x1e"
      "bAQID");
  EXPECT_THAT(with.Heard(), ElementsAre("text:hello", "binary:\x01\x02\x03"));
  const auto s = with.LastOpened();
  with.Say(s, "hello");
  with.Say(s, "\x01\x02\x03", base::Payload::kBinary);
  EXPECT_EQ(client.Fetch(),
            "4hello\x1e"
            "bAQID");
}

// What the handshake said of bytes holds for polls that do not repeat it.
TEST(BareEngine, TheHandshakeChoosesTheForm) {
  C with;
  Poller client(&with, "3", "/engine.io/", "&b64=1");
  client.base = "/engine.io/?EIO=3&transport=polling";
  with.Say(with.LastOpened(), "\x01\x02\x03", base::Payload::kBinary);
  EXPECT_EQ(client.Fetch(), "6:b4AQID");
}

TEST(BareEngine, IsRefused) {
  C with;
  const auto c = with.Connect();
  with.Send(c, C::Get("/engine.io/?EIO=4&transport=polling"));
  EXPECT_EQ(with.Take(c), "");
  with.Refuse(with.LastOpened(), 403, "refused");
  const std::string answer = with.Take(c);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, EndsWith("{\"code\":4,\"message\":\"Forbidden\"}"));
}

}  // namespace
}  // namespace rabbit_socks::session
