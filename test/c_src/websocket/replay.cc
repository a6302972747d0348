// SPDX-License-Identifier: MPL-2.0
#include "websocket/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>

namespace rabbit_socks::websocket {

void PrintTo(const Event& event, std::ostream* out) {
  *out << event.kind;
  if (event.code != 0) *out << ' ' << event.code;
  *out << ' ' << event.data.size()
       << " bytes: " << testing::PrintToString(event.data.substr(0, 64));
}

bool Recorder::OnMessage(base::Payload payload, base::Bytes data) {
  events.push_back({payload == base::Payload::kText ? "text" : "binary", 0,
                    std::string(data)});
  return ++messages_ < stop_after;
}

void Recorder::OnPing(base::Bytes data) {
  events.push_back({"ping", 0, std::string(data)});
}

void Recorder::OnPong(base::Bytes data) {
  events.push_back({"pong", 0, std::string(data)});
}

void Recorder::OnClose(uint16_t code, base::Bytes reason) {
  events.push_back({"close", code, std::string(reason)});
}

Events Replay(Draft draft, const Limits& limits, std::string_view input,
              const std::vector<size_t>& cuts) {
  const std::unique_ptr<Codec> codec = MakeCodec(draft, limits);
  Recorder recorder;
  std::vector<size_t> ends = cuts;
  ends.push_back(input.size());
  size_t at = 0;
  for (const size_t end : ends) {
    const size_t size = end - at;
    const auto piece = std::make_unique<char[]>(size);
    std::copy_n(input.data() + at, size, piece.get());
    at = end;
    const Codec::Outcome outcome = codec->Feed({piece.get(), size}, &recorder);
    if (outcome.fault) {
      recorder.events.push_back({"fault", outcome.fault.code, ""});
      break;
    }
    EXPECT_EQ(outcome.consumed, size);
    EXPECT_LE(codec->held(), size_t{limits.max_message} + 125);
  }
  const auto close =
      std::find_if(recorder.events.begin(), recorder.events.end(),
                   [](const Event& event) { return event.kind == "close"; });
  if (close != recorder.events.end()) {
    EXPECT_EQ(close + 1, recorder.events.end()) << "something after the close";
  }
  return recorder.events;
}

void ExpectEvents(Draft draft, const Limits& limits, std::string_view input,
                  const Events& expected) {
  ASSERT_EQ(Replay(draft, limits, input, {}), expected) << "whole";
  std::vector<size_t> all;
  for (size_t cut = 1; cut < input.size(); ++cut) all.push_back(cut);
  ASSERT_EQ(Replay(draft, limits, input, all), expected) << "byte by byte";
  constexpr size_t kEveryCut = 1024, kNear = 32, kStride = 4099;
  for (size_t cut = 0; cut <= input.size(); ++cut) {
    if (input.size() > kEveryCut && cut > kNear && cut + kNear < input.size() &&
        cut % kStride != 0)
      continue;
    ASSERT_EQ(Replay(draft, limits, input, {cut}), expected)
        << "cut at " << cut;
  }
}

Events ReadEvents(const Fence& fence) {
  Events events;
  for (std::string_view line : fence.lines) {
    Event event;
    const size_t word = std::min(line.find(' '), line.size());
    event.kind = line.substr(0, word);
    line.remove_prefix(word);
    if (event.kind == "close" || event.kind == "fault") {
      char* rest = nullptr;
      const std::string number(line);
      event.code =
          static_cast<unsigned>(std::strtoul(number.c_str(), &rest, 10));
      line.remove_prefix(static_cast<size_t>(rest - number.c_str()));
    }
    event.data = Unpack(line);
    events.push_back(std::move(event));
  }
  return events;
}

Draft ReadDraft(const Fence& fence) {
  const auto option = fence.options.find("draft");
  for (const Draft draft : {Draft::kHixie75, Draft::kHixie76, Draft::kHybi7,
                            Draft::kHybi8, Draft::kRfc6455}) {
    if (option != fence.options.end() && option->second == Name(draft))
      return draft;
  }
  EXPECT_EQ(option, fence.options.end()) << "unknown draft";
  return Draft::kRfc6455;
}

Limits ReadLimits(const Fence& fence) {
  Limits limits;
  for (const auto& [name, value] : fence.options) {
    const auto number =
        static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    if (name == "max_message") limits.max_message = number;
    if (name == "max_fragments") limits.max_fragments = number;
  }
  return limits;
}

}  // namespace rabbit_socks::websocket
