// SPDX-License-Identifier: MPL-2.0
#include <string>

#include "modes.h"

namespace {

constexpr std::string_view kJoin = R"(42["join"])", kJoined = R"(42["joined"])";
// The event that arrives has 100 bytes.
constexpr std::string_view kValue =
    R"({"id":123456,"price":1234.5,"text":"what is said to everybody in the room at once"}])";

}  // namespace

void Broadcast(const Target& target, const Load& load, Meter meter) {
  Crowd crowd(target, load.connections);
  ConnectNamespaces(&crowd);
  AskAll(&crowd, kJoin, kJoined);
  const std::string frame =
      MaskedFrame(kTextFrame, R"(42["cast",)" + std::string(kValue));
  const std::string said = R"(42["said",)" + std::string(kValue);
  Connection& caster = crowd.connections().front();
  // Both go on counting beyond what is measured.
  uint64_t cast = 0, delivered = 0, count = 0;
  const auto refill = [&] {
    for (; cast < load.window + delivered / load.connections; ++cast)
      caster.Queue(frame);
    caster.Flush();
  };
  refill();
  meter.Run(load.seconds, &count, [&] {
    crowd.Turn([&](Connection& c, std::string_view text) {
      if (text != said) {
        if (TakesEnginePacket(&c, text)) return;
        Fail("not what was said: " + std::string(text));
      }
      ++delivered;
      ++count;
    });
    refill();
  });
}
