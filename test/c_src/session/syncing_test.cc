// SPDX-License-Identifier: MPL-2.0
// The node asks how far the edge is with a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/any_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::ElementsAre;
using testing::IsEmpty;

struct Syncing : testing::Test {
  void Sync(uint64_t number) {
    with.hub.Sync(client.session, number, with.now);
    with.hub.EndCommands(with.now);
  }
  C with{Events()};
  AnyClient client{&with, Kind::k4};
};

TEST_F(Syncing, IsAnsweredAtTheEndOfTheTurn) {
  Sync(7);
  EXPECT_THAT(with.Heard(), IsEmpty());
  with.EndTurn();
  EXPECT_THAT(with.Heard(), ElementsAre("synced:7"));
  with.EndTurn();
  EXPECT_THAT(with.Heard(), IsEmpty()) << "once";
}

TEST_F(Syncing, WaitsUntilTheClientHasTakenEnough) {
  Sync(7);
  with.Queued(client.ws, 70000);
  with.EndTurn();
  EXPECT_THAT(with.Heard(), ElementsAre("congested"));
  Sync(8);
  with.EndTurn();
  with.Queued(client.ws, 1000);
  with.EndTurn();
  EXPECT_THAT(with.Heard(), ElementsAre("drained", "synced:8"))
      << "the last one alone";
}

TEST_F(Syncing, OfASessionThatEndsIsNotAnswered) {
  Sync(7);
  with.Queued(client.ws, 70000);
  with.EndTurn();
  Sync(8);
  with.Lose(client.ws);
  Sync(9);
  with.EndTurn();
  EXPECT_THAT(with.Heard(),
              ElementsAre("congested", "closed:1006:the connection was lost"));
}

}  // namespace
}  // namespace rabbit_socks::session
