// SPDX-License-Identifier: MPL-2.0
// What both codecs of Engine.IO promise, for whatever bytes; aborts when it
// does not hold. The first byte of an input says how it comes: bit 0 as a
// WebSocket message, bit 1 as binary, bit 2 with a limit of three packets.
#ifndef RABBIT_SOCKS_TEST_FUZZ_ENGINE_RUNS_H_
#define RABBIT_SOCKS_TEST_FUZZ_ENGINE_RUNS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framing/engine_codec.h"
#include "reference_utf8.h"

namespace rabbit_socks::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

struct EngineEvent {
  framing::EnginePacket::Type type = framing::EnginePacket::Type::kMessage;
  base::Payload payload = base::Payload::kText;
  std::string data;

  framing::EnginePacket view() const { return {type, payload, data}; }
  friend bool operator==(const EngineEvent&, const EngineEvent&) = default;
};

// Checks a packet as it is reported. `input` is what it was decoded from.
inline EngineEvent TakeEvent(const framing::EnginePacket& packet,
                             base::Bytes input) {
  Require(static_cast<int>(packet.type) <= 6);
  if (packet.payload == base::Payload::kText) {
    Require(ReferenceIsUtf8(packet.data));
    // No text is ever copied.
    const std::less_equal<const char*> before;
    Require(before(input.data(), packet.data.data()) &&
            before(packet.data.data() + packet.data.size(),
                   input.data() + input.size()));
  } else {
    Require(packet.type == framing::EnginePacket::Type::kMessage);
  }
  return {packet.type, packet.payload, std::string(packet.data)};
}

class EngineEvents final : public framing::EngineSink {
 public:
  EngineEvents(base::Bytes input, size_t enough)
      : input_(input), enough_(enough) {}

  bool OnEnginePacket(const framing::EnginePacket& packet) override {
    Require(events.size() < enough_);
    events.push_back(TakeEvent(packet, input_));
    return events.size() < enough_;
  }

  std::vector<EngineEvent> events;

 private:
  base::Bytes input_;
  size_t enough_;
};

inline void RequireRoundTrip(const framing::EngineCodec& codec,
                             framing::EngineForm form,
                             const std::vector<EngineEvent>& events) {
  if (events.empty()) return;
  std::string again;
  for (size_t i = 0; i < events.size(); ++i) {
    codec.AppendToPayload(events[i].view(), form, i, &again);
  }
  framing::Limits limits;
  limits.max_packets = static_cast<uint32_t>(events.size());
  EngineEvents second(again, SIZE_MAX);
  Require(!codec.DecodePayload(again, form, limits, &second));
  Require(second.events == events);
}

inline std::vector<EngineEvent> RunPayload(const framing::EngineCodec& codec,
                                           framing::EngineForm form,
                                           const framing::Limits& limits,
                                           base::Bytes body) {
  EngineEvents got(body, SIZE_MAX);
  const base::Fault fault = codec.DecodePayload(body, form, limits, &got);
  if (fault) {
    Require(got.events.empty());
    Require(fault.code == 1002 || fault.code == 1007 || fault.code == 1009);
    // A packet has at least one byte.
    if (fault.code == 1009) Require(body.size() > limits.max_packets);
    if (fault.code == 1007) Require(!ReferenceIsUtf8(body));
    return {};
  }
  if (form == framing::EngineForm::kText) Require(ReferenceIsUtf8(body));
  Require(!body.empty() && got.events.size() <= limits.max_packets);
  size_t size = got.events.size();
  for (const EngineEvent& event : got.events) size += event.data.size();
  Require(size <= body.size());
  if (!got.events.empty()) {
    EngineEvents one(body, 1);
    Require(!codec.DecodePayload(body, form, limits, &one));
    Require(one.events.size() == 1 && one.events[0] == got.events[0]);
  }
  RequireRoundTrip(codec, form, got.events);
  return got.events;
}

inline std::vector<EngineEvent> RunMessage(const framing::EngineCodec& codec,
                                           base::Payload payload,
                                           base::Bytes message) {
  std::string scratch = "something";
  const auto packet = codec.DecodeMessage(message, payload, &scratch);
  const bool text = payload == base::Payload::kText;
  if (!packet.ok()) {
    const int code = packet.fault().code;
    Require(code == (text && !ReferenceIsUtf8(message) ? 1007 : 1002));
    return {};
  }
  Require(packet.value().data.size() <= message.size());
  const EngineEvent event = TakeEvent(packet.value(), message);
  for (const bool base64 : {false, true}) {
    std::string again;
    const auto kind = codec.AppendMessage(event.view(), base64, &again);
    std::string second;
    const auto same = codec.DecodeMessage(again, kind, &second);
    Require(same.ok() && TakeEvent(same.value(), again) == event);
  }
  return {event};
}

// The packets of an input, none after a fault.
inline std::vector<EngineEvent> RunEngine(const framing::EngineCodec& codec,
                                          const uint8_t* data, size_t size) {
  if (size == 0) return {};
  const unsigned options = data[0];
  const auto copy = std::make_unique<char[]>(size - 1);
  std::copy_n(data + 1, size - 1, reinterpret_cast<uint8_t*>(copy.get()));
  const base::Bytes input(copy.get(), size - 1);
  const bool binary = (options & 2U) != 0;
  if ((options & 1U) != 0) {
    return RunMessage(
        codec, binary ? base::Payload::kBinary : base::Payload::kText, input);
  }
  framing::Limits limits;
  if ((options & 4U) != 0) limits.max_packets = 3;
  return RunPayload(
      codec, binary ? framing::EngineForm::kBinary : framing::EngineForm::kText,
      limits, input);
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_ENGINE_RUNS_H_
