// SPDX-License-Identifier: MPL-2.0
// A sink that writes down what a codec of Engine.IO reports, as vectors show
// it, and the replay of their cases.
#ifndef RABBIT_SOCKS_TEST_FRAMING_ENGINE_PACKETS_H_
#define RABBIT_SOCKS_TEST_FRAMING_ENGINE_PACKETS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "framing/engine_codec.h"
#include "support/escape.h"
#include "support/vectors.h"

namespace rabbit_socks::framing {

struct OwnedEngine {
  EnginePacket::Type type = EnginePacket::Type::kMessage;
  base::Payload payload = base::Payload::kText;
  std::string data;

  EnginePacket view() const { return {type, payload, data}; }
  friend bool operator==(const OwnedEngine&, const OwnedEngine&) = default;
};

inline OwnedEngine Own(const EnginePacket& packet) {
  return {packet.type, packet.payload, std::string(packet.data)};
}

inline std::string Show(const OwnedEngine& packet) {
  static const char* const kNames[] = {"open",    "close",   "ping", "pong",
                                       "message", "upgrade", "noop"};
  const bool binary = packet.payload == base::Payload::kBinary;
  return std::string(kNames[static_cast<size_t>(packet.type)]) +
         (binary ? " binary \"" : " \"") + test::Escape(packet.data) + "\"\n";
}

class EngineCollector final : public EngineSink {
 public:
  // Wants no more after so many.
  explicit EngineCollector(size_t enough = SIZE_MAX) : enough_(enough) {}

  bool OnEnginePacket(const EnginePacket& packet) override {
    if (packet.payload == base::Payload::kText) {
      EXPECT_TRUE(base::IsUtf8(packet.data));
    } else {
      EXPECT_EQ(packet.type, EnginePacket::Type::kMessage);
    }
    packets.push_back(Own(packet));
    return packets.size() < enough_;
  }

  std::vector<OwnedEngine> packets;

 private:
  size_t enough_;
};

// What a codec made of one payload or message.
struct EngineOutcome {
  base::Fault fault;
  std::vector<OwnedEngine> packets;

  std::string text() const {
    if (fault) return "fault " + std::to_string(fault.code) + "\n";
    std::string text;
    for (const OwnedEngine& packet : packets) text += Show(packet);
    return text;
  }
};

// Decodes a copy in memory of just its size, so that a step beyond is seen.
inline EngineOutcome DecodePayloadCopy(const EngineCodec& codec,
                                       base::Bytes body, EngineForm form,
                                       const Limits& limits = {}) {
  const auto copy = std::make_unique<char[]>(body.size());
  body.copy(copy.get(), body.size());
  EngineCollector collector;
  EngineOutcome outcome;
  outcome.fault =
      codec.DecodePayload({copy.get(), body.size()}, form, limits, &collector);
  outcome.packets = std::move(collector.packets);
  // All or nothing (DP6).
  EXPECT_TRUE(!outcome.fault || outcome.packets.empty());
  return outcome;
}

inline EngineOutcome DecodeMessageCopy(const EngineCodec& codec,
                                       base::Bytes message,
                                       base::Payload payload) {
  const auto copy = std::make_unique<char[]>(message.size());
  message.copy(copy.get(), message.size());
  std::string scratch = "what was there before";
  const auto packet =
      codec.DecodeMessage({copy.get(), message.size()}, payload, &scratch);
  if (!packet.ok()) return {packet.fault(), {}};
  return {{}, {Own(packet.value())}};
}

// How the input of a vector came; see the vector files.
struct EngineCase {
  explicit EngineCase(const test::Vector& vector) {
    const std::string by = vector.Option("by", "payload");
    message = by == "text" || by == "binary";
    payload = by == "text" ? base::Payload::kText : base::Payload::kBinary;
    form = by == "octets" ? EngineForm::kBinary : EngineForm::kText;
    if (!message && by != "payload" && by != "octets")
      test::VectorError(vector.title, "by is payload, octets, text or binary");
    limits.max_packets =
        static_cast<uint32_t>(vector.Number("max_packets", limits.max_packets));
  }
  EngineOutcome Decode(const EngineCodec& codec, base::Bytes in) const {
    return message ? DecodeMessageCopy(codec, in, payload)
                   : DecodePayloadCopy(codec, in, form, limits);
  }
  std::string Encode(const EngineCodec& codec,
                     const std::vector<OwnedEngine>& packets) const {
    std::string out;
    for (size_t i = 0; i < packets.size(); ++i) {
      if (message) {
        const bool base64 = payload == base::Payload::kText;
        EXPECT_EQ(codec.AppendMessage(packets[i].view(), base64, &out),
                  payload);
      } else {
        codec.AppendToPayload(packets[i].view(), form, i, &out);
      }
    }
    return out;
  }

  bool message;
  base::Payload payload;
  EngineForm form;
  Limits limits;
};

// The packets are the beginning of `whole`, the last one perhaps cut.
inline bool IsBeginning(const std::vector<OwnedEngine>& packets,
                        const std::vector<OwnedEngine>& whole) {
  if (packets.size() > whole.size()) return false;
  for (size_t i = 0; i < packets.size(); ++i) {
    OwnedEngine expected = whole[i];
    if (i + 1 == packets.size()) expected.data.resize(packets[i].data.size());
    if (!(packets[i] == expected)) return false;
  }
  return true;
}

// The case as it stands; encoded again; and each of its beginnings and ends.
inline void ReplayEngineVector(const EngineCodec& codec,
                               const test::Vector& vector) {
  const EngineCase how(vector);
  const EngineOutcome whole = how.Decode(codec, vector.in);
  EXPECT_EQ(whole.text(), vector.out);
  if (!whole.fault && vector.Option("again") != "no") {
    EXPECT_EQ(test::Escape(how.Encode(codec, whole.packets)),
              test::Escape(vector.in));
  }
  // A payload is one unit: a part of it is another payload, and no crash. Of a
  // long one, what matters is where it begins and ends.
  const base::Bytes in = vector.in;
  const size_t step = in.size() > 4096 ? in.size() / 8 : 1;
  for (size_t at = 1; at < in.size() && !testing::Test::HasFailure(); ++at) {
    if (at > 32 && at + 32 < in.size() && at % step != 0) continue;
    const EngineOutcome beginning = how.Decode(codec, in.substr(0, at));
    (void)how.Decode(codec, in.substr(at));
    if (!whole.fault) {
      EXPECT_TRUE(IsBeginning(beginning.packets, whole.packets))
          << beginning.text() << "cut at " << at;
    }
  }
}

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_TEST_FRAMING_ENGINE_PACKETS_H_
