// SPDX-License-Identifier: MPL-2.0
#include <string>
#include <vector>

#include "modes.h"

namespace {

// 64 bytes. The keys stand in the order in which a server that keeps objects
// as sorted maps writes them, so that an echo is the same text again.
const std::string kText(64, 'x');
const std::string kEvent =
    R"(42["echo",{"id":123456,"on":true,"text":"sixty-four bytes of it"}])";

}  // namespace

void Echo(const Target& target, const Load& load, bool socketio, Meter meter) {
  Crowd crowd(target, load.connections);
  if (socketio) ConnectNamespaces(&crowd);
  const std::string& text = socketio ? kEvent : kText;
  const std::string frame = MaskedFrame(kTextFrame, text);
  std::vector<Nanoseconds> latencies;
  uint64_t count = 0;
  const auto on_text = [&](Connection& c, std::string_view echo) {
    if (echo != text) {
      if (socketio && TakesEnginePacket(&c, echo)) return;
      Fail("an echo differs: " + std::string(echo));
    }
    ++count;
    if (load.window == 1) {
      const Nanoseconds now = Now();
      latencies.push_back(now - c.sent_at);
      c.sent_at = now;
    }
    c.Queue(frame);
  };
  for (Connection& c : crowd.connections()) {
    c.sent_at = Now();
    for (size_t i = 0; i < load.window; ++i) c.Queue(frame);
    c.Flush();
  }
  meter.Run(load.seconds, &count, [&] { crowd.Turn(on_text); });
  PrintLatencies(&latencies);
}
