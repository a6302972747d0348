// SPDX-License-Identifier: MPL-2.0
// How many clients a listener may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "session/engine_client.h"

namespace rabbit_socks::session {
namespace {

using C = Conversation;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

// Limit L10. A client that polls has no connection that would count, so that
// every generation is asked here how many of it there are.
class ClientLimit : public testing::TestWithParam<std::string> {};

TEST_P(ClientLimit, OneTooManyIsToldToComeLater) {
  ListenerConfig config = Events();
  config.limits.max_clients = 2;
  C with(config);
  const auto ask = [&](const std::string& request) {
    const auto c = with.Connect();
    with.Send(c, request);
    return c;
  };
  const auto first = ask(GetParam());
  Open4(&with);
  const size_t opened = with.opened.size();
  const std::string refusal = with.Take(ask(GetParam()));
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("Retry-After: 5\r\n"));
  EXPECT_THAT(refusal, EndsWith("\r\n\r\ntoo many clients"));
  EXPECT_THAT(with.opened, SizeIs(opened));
  EXPECT_EQ(with.Take(ask(C::Get("/socket.io/?EIO=4&transport=nothing")))
                .substr(0, 12),
            "HTTP/1.1 400")
      << "what opens no client is answered as ever";
  // One is gone, whether it was in yet or not.
  with.Lose(first);
  with.Wait(200000);
  const auto next = ask(GetParam());
  EXPECT_THAT(with.Take(next), testing::Not(HasSubstr("503")));
}

INSTANTIATE_TEST_SUITE_P(
    Generations, ClientLimit,
    testing::Values(C::Get("/socket.io/xhr-polling//1"),
                    Upgrade("/socket.io/websocket"), C::Get("/socket.io/1/"),
                    C::Get("/socket.io/?EIO=3&transport=polling"),
                    Upgrade("/socket.io/?EIO=3&transport=websocket"),
                    C::Get("/socket.io/?EIO=4&transport=polling"),
                    Upgrade("/socket.io/?EIO=4&transport=websocket"),
                    C::Get("/engine.io/?EIO=4&transport=polling")));

}  // namespace
}  // namespace rabbit_socks::session
