// SPDX-License-Identifier: MPL-2.0
// Rooms: sessions of every generation in one, and who is left out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::IsEmpty;

void Join(C* with, base::SessionId id, const std::string& room) {
  with->Join(id, room);
}

TEST(Rooms, EveryGenerationHearsABroadcastOnceAndInOrder) {
  C with(Events());
  std::vector<AnyClient> clients;
  for (const Kind kind : {Kind::kBare, Kind::kJson, Kind::kEngine, Kind::k06,
                          Kind::k09, Kind::k2, Kind::k4}) {
    clients.emplace_back(&with, kind);
    Join(&with, clients.back().session, "a");
    Join(&with, clients.back().session, "b");
  }
  const Poller poller(&with, "3", "/socket.io/", "&b64=1");
  with.Accept(with.LastOpened());
  poller.Fetch();
  const auto poll = poller.Poll();
  Join(&with, with.LastOpened(), "a");
  with.Broadcast({{"a", "b", "a", "nobody"}, {}, {}}, "one", "[1]");
  with.Broadcast({{"a"}, {}, {}}, "two", "[]");
  std::vector<std::string> heard;
  for (const AnyClient& client : clients) heard.push_back(client.Hear());
  EXPECT_THAT(
      heard, ElementsAre(
                 R"([{"name":"one","args":[1]}][{"name":"two","args":[]}])",
                 R"([{"event":"one","args":[1]}][{"event":"two","args":[]}])",
                 R"([4{"name":"one","args":[1]}][4{"name":"two","args":[]}])",
                 R"([~m~28~m~~j~{"name":"one","args":[1]}])"
                 R"([~m~27~m~~j~{"name":"two","args":[]}])",
                 R"([5:::{"name":"one","args":[1]}][5:::{"name":"two"}])",
                 R"([42["one",1]][42["two"]])", R"([42["one",1]][42["two"]])"));
  EXPECT_EQ(C::Body(with.Take(poll)), "11:42[\"one\",1]");
  EXPECT_EQ(poller.Fetch(), "9:42[\"two\"]");
  EXPECT_THAT(with.Heard(), IsEmpty());
}

struct Three {
  explicit Three(C* with) {
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back(with, Kind::k4);
      Join(with, clients.back().session, "room");
    }
  }
  std::vector<std::string> Hear() const {
    std::vector<std::string> heard;
    for (const AnyClient& client : clients) heard.push_back(client.Hear());
    return heard;
  }
  base::SessionId operator[](size_t i) const { return clients[i].session; }
  std::vector<AnyClient> clients;
};

constexpr const char* kX = "[42[\"x\"]]";

TEST(Rooms, SomeAreExcepted) {
  C with(Events());
  const Three three(&with);
  Join(&with, three[1], "bad");
  with.Broadcast({{"room"}, {"bad"}, {three[2]}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre(kX, "", ""));
  with.Broadcast({{"room"}, {"nobody"}, {base::SessionId{77}}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre(kX, kX, kX));
  with.Broadcast({{}, {}, {}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre("", "", ""));
}

TEST(Rooms, JoiningTwiceIsJoiningOnce) {
  C with(Events());
  const Three three(&with);
  Join(&with, three[0], "room");
  with.Broadcast({{"room"}, {}, {}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre(kX, kX, kX));
  with.hub.Leave(three[0], "room", with.now);
  with.hub.Leave(three[0], "room", with.now);
  with.Broadcast({{"room"}, {}, {}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre("", kX, kX));
}

// Who leaves gives its place to the last one, which leaves later.
TEST(Rooms, LeaveInAnyOrder) {
  for (const std::vector<size_t>& order : {std::vector<size_t>{0, 1, 2},
                                           {0, 2, 1},
                                           {1, 0, 2},
                                           {1, 2, 0},
                                           {2, 0, 1},
                                           {2, 1, 0}}) {
    C with(Events());
    const Three three(&with);
    std::vector<std::string> expected(3, kX);
    for (const size_t leaving : order) {
      with.hub.Leave(three[leaving], "room", with.now);
      expected[leaving] = "";
      with.Broadcast({{"room"}, {}, {}}, "x", "[]");
      EXPECT_EQ(three.Hear(), expected);
    }
  }
}

TEST(Rooms, WhoIsGoneIsInNone) {
  C with(Events());
  const Three three(&with);
  with.Lose(three.clients[0].ws);
  with.Broadcast({{"room"}, {}, {}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre("", kX, kX));
  with.Close(three[1], 1000);
  with.Send(three.clients[2].ws, ClientText("41"));
  three.Hear();
  with.Broadcast({{"room"}, {}, {}}, "x", "[]");
  EXPECT_THAT(three.Hear(), ElementsAre("", "", ""));
  EXPECT_EQ(with.hub.sessions(), 0U);
}

// One that ends because of a broadcast does not disturb the others.
TEST(Rooms, AMemberThatCannotCarryItEnds) {
  C with(Events());
  const AnyClient old(&with, Kind::k06);
  const Three three(&with);
  Join(&with, old.session, "room");
  with.hub.Broadcast({{"room"}, {}, {}},
                     test::Frame(base::Payload::kBinary, "raw"), with.now);
  with.hub.EndCommands(with.now);
  with.Wait(100);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1003:cannot carry this message"));
  for (const std::string& heard : three.Hear())
    EXPECT_EQ(heard, R"([451-["message",{"_placeholder":true,"num":0}]]<raw>)");
}

// Each namespace of a client is a session, and so a member.
TEST(Rooms, NamespacesAreMembers) {
  C with(Events());
  const AnyClient client(&with, Kind::k4);
  client.Say("40/a");
  with.Accept(with.LastOpened());
  client.Hear();
  Join(&with, client.session, "room");
  Join(&with, with.LastOpened(), "room");
  with.Broadcast({{"room"}, {}, {}}, "x", "[]");
  EXPECT_EQ(client.Hear(), "[42[\"x\"]][42/a,[\"x\"]]");
  with.Broadcast({{"room"}, {}, {}, "/a"}, "x", "[]");
  EXPECT_EQ(client.Hear(), "[42/a,[\"x\"]]");
  with.Broadcast({{"room"}, {}, {}, "/"}, "x", "[]");
  EXPECT_EQ(client.Hear(), "[42[\"x\"]]");
  with.Broadcast({{"room"}, {}, {}, "/b"}, "x", "[]");
  EXPECT_EQ(client.Hear(), "");
}

constexpr Kind kEvery[] = {Kind::kBare, Kind::kJson, Kind::kEngine, Kind::k06,
                           Kind::k09,   Kind::k2,    Kind::k4};

// Whose client knows no namespaces is in "/".
TEST(Rooms, EveryGenerationHasTheDefaultNamespace) {
  C with(Events());
  for (const Kind kind : kEvery) {
    const AnyClient client(&with, kind);
    Join(&with, client.session, "room");
    with.Broadcast({{"room"}, {}, {}, "/a"}, "x", "[]");
    EXPECT_EQ(client.Hear(), "");
    with.Broadcast({{"room"}, {}, {}, "/"}, "x", "[]");
    EXPECT_NE(client.Hear(), "");
  }
}

// Without a room, whom text that nobody has asked for would disturb hears none.
TEST(Rooms, EverybodyIsWhoKnowsEvents) {
  C with(Events());
  for (const Kind kind : kEvery) {
    const AnyClient client(&with, kind);
    Join(&with, client.session, "bad");
    const bool events = kind != Kind::kBare && kind != Kind::kEngine;
    for (const char* nsp : {"", "/"}) {
      with.Broadcast({{}, {}, {}, nsp, true}, "x", "[]");
      EXPECT_EQ(!client.Hear().empty(), events);
      with.Broadcast({{}, {"bad"}, {}, nsp, true}, "x", "[]");
      with.Broadcast({{}, {}, {client.session}, nsp, true}, "x", "[]");
      EXPECT_EQ(client.Hear(), "");
    }
    with.Broadcast({{}, {}, {}, "/a", true}, "x", "[]");
    EXPECT_EQ(client.Hear(), "");
  }
  EXPECT_THAT(with.Heard(), IsEmpty());
}

// One whose module has not let it in yet hears nothing.
TEST(Rooms, EverybodyIsOpen) {
  C with(Events());
  const AnyClient client(&with, Kind::k4);
  client.Say("40/a");
  with.Broadcast({{}, {}, {}, "/a", true}, "x", "[]");
  EXPECT_EQ(client.Hear(), "");
  with.Accept(with.LastOpened());
  client.Hear();
  with.Broadcast({{}, {}, {}, "/a", true}, "x", "[]");
  EXPECT_EQ(client.Hear(), "[42/a,[\"x\"]]");
  with.Broadcast({{}, {}, {}, "", true}, "y", "[]");
  EXPECT_EQ(client.Hear(), "[42[\"y\"]][42/a,[\"y\"]]");
}

}  // namespace
}  // namespace rabbit_socks::session
