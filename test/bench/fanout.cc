// SPDX-License-Identifier: MPL-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "dialect.h"
#include "modes.h"

namespace {

// The body is 100 bytes: this mark, which nothing else in a delivery holds,
// when it was published, and padding.
constexpr std::string_view kMark = "sent=";
constexpr size_t kDigits = 20, kBody = 100;

std::string Body() {
  std::array<char, kDigits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%020llu",
                static_cast<unsigned long long>(Now()));
  std::string body(kMark);
  body.append(digits.data());
  body.resize(kBody, 'x');
  return body;
}

Nanoseconds PublishedAt(std::string_view text) {
  const size_t at = text.find(kMark);
  if (at == std::string_view::npos || text.size() < at + kMark.size() + kDigits)
    Fail("not what was published: " + std::string(text));
  return std::strtoull(
      std::string(text.substr(at + kMark.size(), kDigits)).c_str(), nullptr,
      10);
}

}  // namespace

void Fanout(const Target& target, const Load& load, bool stomp, bool paced,
            std::string_view slow, Meter meter) {
  const Dialect dialect(stomp);
  Crowd crowd(target, load.connections);
  dialect.LogIn(&crowd);
  dialect.Subscribe(&crowd);
  Crowd sleepers(target, slow.empty() ? 0 : load.connections / 9, true);
  dialect.LogIn(&sleepers);
  dialect.Subscribe(&sleepers, slow);
  Connection& publisher = crowd.connections().front();
  std::vector<Nanoseconds> latencies;
  // All of them, those before the measured part too.
  uint64_t published = 0, delivered = 0, count = 0;
  const auto publish = [&] {
    publisher.Queue(MaskedFrame(kTextFrame, dialect.Publish(Body())));
    publisher.Flush();
    ++published;
  };
  constexpr Nanoseconds kSecond = 1000000000, kMillisecond = 1000000;
  const Nanoseconds pause = kSecond / load.window;
  Nanoseconds begun = Now();
  const auto due = [&] { return begun + published * pause; };
  const auto on_text = [&](Connection& c, std::string_view text) {
    if (!dialect.IsDelivery(text)) {
      if (TakesEnginePacket(&c, text)) return;
      Fail("not a delivery: " + std::string(text));
    }
    ++delivered;
    ++count;
    if (paced) latencies.push_back(Now() - PublishedAt(text));
  };
  // Until the sleepers are far behind, as they are when they are measured.
  constexpr uint64_t kFilling = 2000;
  if (!slow.empty()) {
    while (delivered < kFilling * load.connections) {
      while (published < std::min(kFilling, 16 + delivered / load.connections))
        publish();
      crowd.Turn(on_text);
    }
    latencies.clear();
    begun = Now() - published * pause;
  }
  meter.Run(load.seconds, &count, [&] {
    int wait = 100;
    if (paced) {
      while (due() <= Now()) publish();
      const Nanoseconds now = Now();
      wait = due() > now ? static_cast<int>((due() - now) / kMillisecond) : 0;
    } else {
      while (published < load.window + delivered / load.connections) publish();
    }
    crowd.Turn(on_text, wait);
  });
  PrintLatencies(&latencies);
}

void Confirmed(const Target& target, const Load& load, bool stomp,
               Meter meter) {
  const Dialect dialect(stomp);
  Crowd crowd(target, load.connections);
  dialect.LogIn(&crowd);
  const std::string frame = MaskedFrame(
      kTextFrame, dialect.PublishConfirmed(std::string(kBody, 'x')));
  for (Connection& c : crowd.connections()) {
    for (size_t i = 0; i < load.window; ++i) c.Queue(frame);
    c.Flush();
  }
  uint64_t count = 0;
  meter.Run(load.seconds, &count, [&] {
    crowd.Turn([&](Connection& c, std::string_view text) {
      if (!dialect.IsConfirm(text)) {
        if (TakesEnginePacket(&c, text)) return;
        Fail("not a confirm: " + std::string(text));
      }
      ++count;
      c.Queue(frame);
    });
  });
}

void LogIns(const Target& target, const Load& load, bool stomp, Meter meter) {
  const Dialect dialect(stomp);
  uint64_t count = 0;
  meter.Run(load.seconds, &count, [&] {
    Crowd crowd(target, load.connections);
    dialect.LogIn(&crowd);
    count += load.connections;
  });
}
