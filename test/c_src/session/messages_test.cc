// SPDX-License-Identifier: MPL-2.0
// The table "Messages" of docs/PORT_PROTOCOL.md, cell by cell: what a client's
// message is to the callback module, and the other way round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using Strings = std::vector<std::string>;

struct Said {
  Kind client;
  std::string text;
  Strings with_events, without;
  std::string answered;  // at once, without events
};

std::vector<Said> Cases() {
  return {
      {Kind::kBare, "hi", {"text:hi"}, {"text:hi"}, ""},
      {Kind::kJson,
       R"({"event":"message","args":["t"]})",
       {"event:message:[\"t\"]"},
       {"text:t"},
       ""},
      {Kind::kJson,
       R"({"event":"message","args":[1,2]})",
       {"event:message:[1,2]"},
       {"text:~j~[1,2]"},
       ""},
      {Kind::kJson,
       R"({"event":"other","args":[1]})",
       {"event:other:[1]"},
       {},
       ""},
      {Kind::kJson,
       R"({"event":"other","id":7})",
       {"event:other:[]:7"},
       {},
       R"([{"ack":7,"args":[]}])"},
      {Kind::kJson, R"({"ack":7,"args":[1]})", {"ack:[1]:7"}, {}, ""},
      {Kind::kEngine, "4hi", {"text:hi"}, {"text:hi"}, ""},
      {Kind::k06, Framed06("hi"), {"event:message:[\"hi\"]"}, {"text:hi"}, ""},
      {Kind::k06,
       Framed06("~j~{\"a\":1}"),
       {"event:message:[{\"a\":1}]"},
       {"text:~j~{\"a\":1}"},
       ""},
      {Kind::k09, "3:::hi", {"event:message:[\"hi\"]"}, {"text:hi"}, ""},
      {Kind::k09, "4:::[1]", {"event:message:[[1]]"}, {"text:~j~[1]"}, ""},
      {Kind::k09, "3:::", {"event:message:[\"\"]"}, {"text:"}, ""},
      {Kind::k09,
       "5:::{\"name\":\"message\",\"args\":[\"t\"]}",
       {"event:message:[\"t\"]"},
       {"text:t"},
       ""},
      {Kind::k09,
       "5:::{\"name\":\"message\",\"args\":[1]}",
       {"event:message:[1]"},
       {"text:~j~1"},
       ""},
      {Kind::k09,
       "5:1+::{\"name\":\"other\",\"args\":[1]}",
       {"event:other:[1]:1"},
       {},
       "[6:::1]"},
      {Kind::k09, "4:2+::1", {"event:message:[1]:2"}, {"text:~j~1"}, "[6:::2]"},
      {Kind::k09, "6:::3+[1]", {"ack:[1]:3"}, {}, ""},
      {Kind::k2, "42[\"x\",1]", {"event:x:[1]"}, {}, ""},
      {Kind::k2, "427[\"x\"]", {"event:x:[]:7"}, {}, "[437[]]"},
      {Kind::k4,
       "42[\"message\",\"t\"]",
       {"event:message:[\"t\"]"},
       {"text:t"},
       ""},
      {Kind::k4,
       "42[\"message\",1,2]",
       {"event:message:[1,2]"},
       {"text:~j~[1,2]"},
       ""},
      {Kind::k4, "42[\"message\"]", {"event:message:[]"}, {"text:~j~[]"}, ""},
      {Kind::k4, "42[\"other\",1]", {"event:other:[1]"}, {}, ""},
      {Kind::k4, "427[\"other\"]", {"event:other:[]:7"}, {}, "[437[]]"},
      {Kind::k4, "437[1]", {"ack:[1]:7"}, {}, ""},
  };
}

TEST(Messages, OfTheClient) {
  for (const Said& said : Cases()) {
    for (const bool events : {true, false}) {
      C with(events ? Events() : C::Default());
      const AnyClient client(&with, said.client);
      client.Say(said.text);
      EXPECT_EQ(with.Heard(), events ? said.with_events : said.without)
          << said.text << (events ? " with events" : " without");
      EXPECT_EQ(client.Hear(), events ? "" : said.answered) << said.text;
    }
  }
}

TEST(Messages, BytesOfTheClient) {
  for (const Kind kind : {Kind::kBare, Kind::kEngine}) {
    C with(Events());
    const AnyClient client(&with, kind);
    with.Send(client.ws, ClientFrame(0x82, "bytes"));
    EXPECT_EQ(with.Heard(), Strings{"binary:bytes"});
  }
  C with;
  const AnyClient client(&with, Kind::k4);
  client.Say("451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
  with.Send(client.ws, ClientFrame(0x82, "bytes"));
  EXPECT_EQ(with.Heard(), Strings{"binary:bytes"}) << "without events a frame";
  const AnyClient json(&with, Kind::kJson);
  json.Say(R"({"event":"message","args":[{"$base64":"Ynl0ZXM="}]})");
  EXPECT_EQ(with.Heard(), Strings{"binary:bytes"});
}

struct Sent {
  Kind client;
  std::string text, json, event, message, ack;
};

// A text; one with the mark of JSON; an event; event "message" with one text;
// an acknowledgement.
std::vector<Sent> Answers() {
  return {
      {Kind::kBare, "[hi]", "[~j~[1]]", R"([{"name":"ev","args":[1]}])", "[t]",
       ""},
      {Kind::kJson, R"([{"event":"message","args":["hi"]}])",
       R"([{"event":"message","args":[[1]]}])",
       R"([{"event":"ev","args":[1]}])",
       R"([{"event":"message","args":["t"]}])", R"([{"ack":7,"args":[1]}])"},
      {Kind::kEngine, "[4hi]", "[4~j~[1]]", R"([4{"name":"ev","args":[1]}])",
       "[4t]", ""},
      {Kind::k06, "[~m~2~m~hi]", "[~m~6~m~~j~[1]]",
       R"([~m~27~m~~j~{"name":"ev","args":[1]}])", "[~m~1~m~t]", ""},
      {Kind::k09, "[3:::hi]", "[4:::[1]]", R"([5:::{"name":"ev","args":[1]}])",
       R"([5:::{"name":"message","args":["t"]}])", "[6:::7+[1]]"},
      {Kind::k2, R"([42["message","hi"]])", R"([42["message",[1]]])",
       R"([42["ev",1]])", R"([42["message","t"]])", "[437[1]]"},
      {Kind::k4, R"([42["message","hi"]])", R"([42["message",[1]]])",
       R"([42["ev",1]])", R"([42["message","t"]])", "[437[1]]"},
  };
}

TEST(Messages, OfTheCallbackModule) {
  for (const Sent& sent : Answers()) {
    C with(Events());
    const AnyClient client(&with, sent.client);
    with.Say(client.session, "hi");
    EXPECT_EQ(client.Hear(), sent.text);
    with.Say(client.session, "~j~[1]");
    EXPECT_EQ(client.Hear(), sent.json);
    with.Emit(client.session, "ev", "[1]");
    EXPECT_EQ(client.Hear(), sent.event);
    with.Emit(client.session, "message", "[\"t\"]");
    EXPECT_EQ(client.Hear(), sent.message);
    with.Reply(client.session, 7, "[1]");
    EXPECT_EQ(client.Hear(), sent.ack);
    EXPECT_EQ(with.Heard(), Strings{});
  }
}

base::Message BytesEvent(const std::string& name, const base::Value* args) {
  return {base::Message::Kind::kEvent, name, std::nullopt, args};
}

TEST(Messages, BytesOfTheCallbackModule) {
  base::Value args;
  args.Array(2);
  args.Binary("bytes");
  args.Integer(1);
  const struct {
    Kind client;
    std::string event, frame;
  } cases[] = {
      {Kind::kBare, R"([{"name":"ev","args":[null,1]}])", "<raw>"},
      {Kind::kJson, R"([{"event":"ev","args":[{"$base64":"Ynl0ZXM="},1]}])",
       R"([{"event":"message","args":[{"$base64":"cmF3"}]}])"},
      {Kind::kEngine, R"([4{"name":"ev","args":[null,1]}])", "<raw>"},
      {Kind::k06, R"([~m~32~m~~j~{"name":"ev","args":[null,1]}])", ""},
      {Kind::k09, R"([5:::{"name":"ev","args":[null,1]}])", ""},
      {Kind::k2,
       "[451-[\"ev\",{\"_placeholder\":true,\"num\":0},1]]<\x04"
       "bytes>",
       "[451-[\"message\",{\"_placeholder\":true,\"num\":0}]]<\x04raw>"},
      {Kind::k4, R"([451-["ev",{"_placeholder":true,"num":0},1]]<bytes>)",
       R"([451-["message",{"_placeholder":true,"num":0}]]<raw>)"},
  };
  for (const auto& one : cases) {
    C with(Events());
    const AnyClient client(&with, one.client);
    with.Send(client.session, BytesEvent("ev", &args));
    EXPECT_EQ(client.Hear(), one.event);
    with.Say(client.session, "raw", base::Payload::kBinary);
    if (!one.frame.empty()) {
      EXPECT_EQ(client.Hear(), one.frame);
    } else {
      EXPECT_EQ(with.Heard(), Strings{"closed:1003:cannot carry this message"});
      EXPECT_EQ(with.logs.size(), 1U);
    }
  }
}

// Of a bare WebSocket the node has looked (websocket/codec.h).
TEST(Messages, WhatIsNoTextEndsItsSession) {
  const Strings closed{"closed:1003:cannot carry this message"};
  for (const Kind kind :
       {Kind::kJson, Kind::kEngine, Kind::k06, Kind::k09, Kind::k2, Kind::k4}) {
    C with(Events());
    const AnyClient client(&with, kind);
    with.Say(client.session, "\xff");
    EXPECT_EQ(with.Heard(), closed);
  }
  for (const Kind kind : {Kind::kJson, Kind::k09, Kind::k2, Kind::k4}) {
    C with(Events());
    const AnyClient client(&with, kind);
    with.Emit(client.session, "\xff", "[]");
    EXPECT_EQ(with.Heard(), closed);
  }
}

// A mark before what is no JSON marks nothing.
TEST(Messages, AMarkBeforeText) {
  const std::pair<Kind, std::string> cases[] = {
      {Kind::k09, "[3:::~j~{]"}, {Kind::k4, R"([42["message","~j~{"]])"}};
  for (const auto& [kind, heard] : cases) {
    C with(Events());
    const AnyClient client(&with, kind);
    with.Say(client.session, "~j~{");
    EXPECT_EQ(client.Hear(), heard);
  }
}

}  // namespace
}  // namespace rabbit_socks::session
