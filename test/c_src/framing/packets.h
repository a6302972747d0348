// SPDX-License-Identifier: MPL-2.0
// A sink that writes down what a codec reports, as vectors show it.
#ifndef RABBIT_SOCKS_TEST_FRAMING_PACKETS_H_
#define RABBIT_SOCKS_TEST_FRAMING_PACKETS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "framing/codec.h"
#include "support/escape.h"

namespace rabbit_socks::framing {

struct Owned {
  Packet::Type type;
  std::string data;

  friend bool operator==(const Owned& a, const Owned& b) {
    return a.type == b.type && a.data == b.data;
  }
};

inline std::string Show(const Owned& packet) {
  const char* name = "message";
  if (packet.type == Packet::Type::kJson) name = "json";
  if (packet.type == Packet::Type::kHeartbeat) name = "heartbeat";
  return std::string(name) + " \"" + test::Escape(packet.data) + "\"\n";
}

class Collector final : public PacketSink {
 public:
  // Wants no more after so many.
  explicit Collector(size_t enough = SIZE_MAX) : enough_(enough) {}

  bool OnPacket(const Packet& packet) override {
    packets_.push_back({packet.type, std::string(packet.data)});
    return packets_.size() < enough_;
  }
  const std::vector<Owned>& packets() const { return packets_; }
  std::string text() const {
    std::string text;
    for (const Owned& packet : packets_) text += Show(packet);
    return text;
  }

 private:
  size_t enough_;
  std::vector<Owned> packets_;
};

// Decodes a copy in memory of just its size, so that a step beyond is seen.
inline base::Fault DecodeCopy(const Codec& codec, base::Bytes payload,
                              const Limits& limits, PacketSink* sink,
                              bool form = false) {
  const auto copy = std::make_unique<char[]>(payload.size());
  payload.copy(copy.get(), payload.size());
  const base::Bytes bytes(copy.get(), payload.size());
  return form ? codec.DecodeForm(bytes, limits, sink)
              : codec.Decode(bytes, limits, sink);
}

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_TEST_FRAMING_PACKETS_H_
