// SPDX-License-Identifier: MPL-2.0
// The end of a listener: at once, or spread over a window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;

TEST(Removal, ClosesTheSessions) {
  C with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.hub.Remove(C::kListener, 1001, "gone", 0, with.now);
  with.Wait(100);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1001:gone"));
  EXPECT_FALSE(with.Connect());
}

TEST(Removal, IsSpreadOverTheWindow) {
  C with(Events());
  std::vector<AnyClient> clients;
  for (int i = 0; i < 30; ++i)
    clients.emplace_back(&with, i % 2 == 0 ? Kind::k4 : Kind::kBare);
  with.hub.Remove(C::kListener, 1001, "maintenance", 10000, with.now);
  EXPECT_FALSE(with.Connect()) << "nobody new";
  EXPECT_EQ(with.hub.sessions(), 30U);
  std::vector<size_t> closed;
  for (int second = 0; second < 10; ++second) {
    with.Wait(1000);
    const std::vector<std::string> heard = with.Heard();
    EXPECT_THAT(heard, Each("closed:1001:maintenance"));
    closed.push_back(heard.size());
  }
  EXPECT_THAT(closed, Each(AllOf(Ge(2U), Le(4U))));
  EXPECT_EQ(with.hub.sessions(), 0U);
  for (const AnyClient& client : clients)
    EXPECT_EQ(with.Take(client.ws), "\x88\x0d\x03\xe9maintenance")
        << "no word that would keep a library from coming again";
  EXPECT_FALSE(with.Connect());
}

TEST(Removal, WhoIsThereIsServedUntilItsTurn) {
  C with(Events());
  const AnyClient one(&with, Kind::k4);
  const AnyClient two(&with, Kind::k4);
  with.hub.Remove(C::kListener, 1001, "maintenance", 10000, with.now);
  with.Wait(6000);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1001:maintenance"));
  two.Say("42[\"still\"]");
  EXPECT_THAT(with.Heard(), ElementsAre("event:still:[]"));
  with.Emit(two.session, "here", "[]");
  EXPECT_EQ(two.Hear(), R"([42["here"]])");
  with.Wait(4000);
  EXPECT_THAT(with.Heard(), ElementsAre("closed:1001:maintenance"));
}

TEST(Removal, EndsWhenTheListenerIsConfiguredAgain) {
  C with;
  const auto c = with.Connect();
  with.OpenWebSocket(c);
  with.hub.Remove(C::kListener, 1001, "maintenance", 1000, with.now);
  with.hub.Configure(C::kListener, C::Default());
  with.Wait(2000);
  EXPECT_THAT(with.Heard(), IsEmpty());
  EXPECT_TRUE(with.Connect());
}

TEST(Removal, AtOnceEndsAWindow) {
  C with;
  with.OpenWebSocket(with.Connect());
  with.OpenWebSocket(with.Connect());
  with.hub.Remove(C::kListener, 1001, "maintenance", 100000, with.now);
  with.hub.Remove(C::kListener, 1001, "gone", 0, with.now);
  with.Wait(100);
  EXPECT_THAT(with.Heard(),
              ElementsAre("closed:1001:gone", "closed:1001:gone"));
}

}  // namespace
}  // namespace rabbit_socks::session
