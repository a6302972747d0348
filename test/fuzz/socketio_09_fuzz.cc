// SPDX-License-Identifier: MPL-2.0
// FZ10 for Socket.IO 0.7 to 0.9: a byte of options, then a packet, or a payload
// or a form field of packets.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "framing/packet_codec.h"
#include "framing/socketio_09_payload.h"
#include "socket_packet_rules.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;
using fuzz::Require;

constexpr Bytes kMark = "\xef\xbf\xbd";

class Collector final : public framing::PayloadSink {
 public:
  bool OnPacketText(Bytes packet) override {
    packets.emplace_back(packet);
    return true;
  }
  std::vector<std::string> packets;
};

std::string Encode(const std::vector<std::string>& packets) {
  const std::vector<Bytes> views(packets.begin(), packets.end());
  std::string payload;
  framing::AppendPayload09(views, &payload);
  return payload;
}

// As the protocol says it: a mark, digits, a mark, and so many units of UTF-16.
// REQUIRES: payload is UTF-8
bool Frames(Bytes payload, std::vector<std::string>* frames) {
  while (!payload.empty()) {
    if (payload.substr(0, 3) != kMark) return false;
    const size_t end = payload.find(kMark, 3);
    if (end == Bytes::npos || end == 3 || end > 12) return false;
    size_t units = 0;
    for (const char c : payload.substr(3, end - 3)) {
      if (c < '0' || c > '9') return false;
      units = units * 10 + static_cast<size_t>(c - '0');
    }
    payload.remove_prefix(end + 3);
    size_t bytes = 0;
    while (units > 0 && bytes < payload.size()) {
      const auto lead = static_cast<unsigned char>(payload[bytes]);
      const size_t width = lead < 0x80   ? 1
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                                         : 4;
      const size_t count = width == 4 ? 2 : 1;
      if (count > units) return false;
      units -= count;
      bytes += width;
    }
    if (units > 0) return false;
    frames->emplace_back(payload.substr(0, bytes));
    payload.remove_prefix(bytes);
  }
  return true;
}

void RunPayload(Bytes payload, const framing::Limits& limits) {
  Collector got;
  const int code = framing::DecodePayload09(payload, limits, &got).code;
  Require(code == 0 || got.packets.empty());
  if (!base::IsUtf8(payload)) {
    Require(code == 1007);
    return;
  }
  std::vector<std::string> expected;
  bool good = true;
  if (payload.substr(0, 3) == kMark) {
    good = Frames(payload, &expected);
  } else if (!payload.empty()) {
    expected.emplace_back(payload);
  }
  if (expected.size() > limits.max_packets) {
    Require(code == 1009 || (!good && code == 1002));
    return;
  }
  Require(code == (good ? 0 : 1002));
  if (code != 0) return;
  Require(got.packets == expected);
  if (expected.empty()) return;
  Collector again;
  Require(!framing::DecodePayload09(Encode(got.packets), limits, &again));
  Require(again.packets == expected);
}

void RunForm(Bytes field, const framing::Limits& limits) {
  Collector got;
  const int code = framing::DecodeForm09(field, limits, &got).code;
  Require(code == 0 || code == 1002 || code == 1007 || code == 1009);
  Require(code == 0 || got.packets.empty());
  // Without a line end a form changes nothing.
  if (field.empty() || field[0] == '"' || field.find("\r\n") != Bytes::npos) {
    return;
  }
  Collector plain;
  Require(framing::DecodePayload09(field, limits, &plain).code == code);
  Require(got.packets == plain.packets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  framing::Limits limits;
  if ((data[0] & 4) != 0) {
    limits.max_packets = 3;
    limits.max_json_depth = 3;
    limits.max_json_keys = 2;
  }
  const auto copy = std::make_unique<char[]>(size - 1);
  const Bytes input(reinterpret_cast<const char*>(data) + 1, size - 1);
  input.copy(copy.get(), input.size());
  const Bytes bytes(copy.get(), input.size());
  switch (data[0] & 3) {
    case 1:
      RunPayload(bytes, limits);
      break;
    case 2:
      RunForm(bytes, limits);
      break;
    default:
      fuzz::RunPacketCodec(framing::SocketIo09(), bytes, limits);
      break;
  }
  return 0;
}
