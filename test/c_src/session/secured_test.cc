// SPDX-License-Identifier: MPL-2.0
// Connections over TLS through the hub: what the node is told of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/conversation.h"

namespace rabbit_socks::session {
namespace {

using testing::HasSubstr;

using C = Conversation;

TEST(SecuredConversation, TheNodeIsToldOfTlsAndTheCertificate) {
  Conversation with;
  for (const bool bare : {false, true}) {
    const auto c = with.Connect();
    with.hub.Secured(c, bare ? "" : "der", with.now);
    with.OpenWebSocket(c);
    EXPECT_TRUE(with.infos.back().secure);
    EXPECT_EQ(with.infos.back().certificate, bare ? "" : "der");
  }
}

TEST(SecuredConversation, InTheClearThereIsNeither) {
  Conversation with;
  with.OpenWebSocket(with.Connect());
  EXPECT_FALSE(with.infos.back().secure);
  EXPECT_EQ(with.infos.back().certificate, "");
}

// Row T01: it counts from its accept, and has the time of a head for both.
TEST(SecuredConversation, TheHandshakeIsWithinTheTimeOfTheHead) {
  Conversation with;
  const auto c = with.Connect();
  with.now += C::Default().limits.head_timeout - 100;
  with.hub.Secured(c, "", with.now);
  with.Send(c, "GET / HT");
  with.Wait(200);
  EXPECT_THAT(with.Take(c), HasSubstr("408"));
}

TEST(SecuredConversation, AConnectionThatIsGoneIsIgnored) {
  Conversation with;
  const auto c = with.Connect();
  with.Lose(c);
  with.hub.Secured(c, "der", with.now);
  EXPECT_EQ(with.hub.connections(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::session
