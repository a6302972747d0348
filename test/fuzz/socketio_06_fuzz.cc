// SPDX-License-Identifier: MPL-2.0
// FZ10 for Socket.IO 0.6: a byte of options, then a payload. Compared with the
// algorithm as JavaScript has it, on UTF-16.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "framing/json.h"
#include "framing/socketio_06.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;
using framing::Packet;

void Require(bool holds) {
  if (!holds) std::abort();
}

class Collector final : public framing::PacketSink {
 public:
  bool OnPacket(const Packet& packet) override {
    types.push_back(packet.type);
    texts.emplace_back(packet.data);
    return true;
  }
  std::vector<Packet::Type> types;
  std::vector<std::string> texts;
};

// REQUIRES: text is UTF-8
std::u16string ToUtf16(Bytes text) {
  std::u16string units;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (size_t k = 1; k <= more; ++k) {
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    i += more + 1;
    if (point >= 0x10000) {
      units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      units += static_cast<char16_t>(point);
    }
  }
  return units;
}

// The frames of a payload; false when they do not add up to all of it, or one
// ends within a pair.
bool Frames(const std::u16string& payload,
            std::vector<std::u16string>* frames) {
  const std::u16string mark = u"~m~";
  size_t at = 0;
  while (at < payload.size()) {
    if (payload.compare(at, 3, mark) != 0) return false;
    const size_t end = payload.find(mark, at + 3);
    if (end == std::u16string::npos) return false;
    const std::u16string digits = payload.substr(at + 3, end - at - 3);
    if (digits.empty() || digits.size() > 9) return false;
    size_t length = 0;
    for (const char16_t digit : digits) {
      if (digit < u'0' || digit > u'9') return false;
      length = length * 10 + (digit - u'0');
    }
    at = end + 3;
    if (length > payload.size() - at) return false;
    frames->push_back(payload.substr(at, length));
    at += length;
    if (at < payload.size() && (payload[at] & 0xFC00) == 0xDC00) return false;
  }
  return true;
}

std::string Prefix(Packet::Type type) {
  if (type == Packet::Type::kJson) return "~j~";
  return type == Packet::Type::kHeartbeat ? "~h~" : "";
}

void CheckAccepted(const Collector& got, const framing::Limits& limits,
                   Bytes payload) {
  Require(got.texts.size() <= limits.max_packets);
  std::vector<std::u16string> frames;
  Require(Frames(ToUtf16(payload), &frames));
  Require(frames.size() == got.texts.size());
  std::string again;
  for (size_t i = 0; i < frames.size(); ++i) {
    const std::string text = Prefix(got.types[i]) + got.texts[i];
    Require(ToUtf16(text) == frames[i]);
    if (got.types[i] == Packet::Type::kJson) {
      Require(!framing::CheckJson(got.texts[i], limits));
    }
    framing::SocketIo06Codec().Append({got.types[i], got.texts[i]}, &again);
  }
  Collector second;
  Require(!framing::SocketIo06Codec().Decode(again, limits, &second));
  Require(second.types == got.types && second.texts == got.texts);
}

std::string Mended(Bytes payload) {
  std::string mended(payload);
  for (size_t at = 0; (at = mended.find("\r\n", at)) != std::string::npos;) {
    mended.erase(at, 1);
    ++at;
  }
  return mended;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool form = (data[0] & 1) != 0;
  framing::Limits limits;
  if ((data[0] & 2) != 0) limits = {3, 2, 2};
  const auto copy = std::make_unique<char[]>(size - 1);
  const Bytes input(reinterpret_cast<const char*>(data) + 1, size - 1);
  input.copy(copy.get(), input.size());
  const Bytes payload(copy.get(), input.size());

  Collector got;
  const framing::SocketIo06Codec codec;
  const base::Fault fault = form ? codec.DecodeForm(payload, limits, &got)
                                 : codec.Decode(payload, limits, &got);
  if (!base::IsUtf8(payload)) {
    Require(fault.code == 1007 && got.texts.empty());
    return 0;
  }
  std::vector<std::u16string> frames;
  const std::string mended = Mended(payload);
  const bool as_received = Frames(ToUtf16(payload), &frames);
  const Bytes meant = form && !as_received ? Bytes(mended) : payload;
  if (!fault) {
    CheckAccepted(got, limits, meant);
    return 0;
  }
  Require(fault.code == 1002 || fault.code == 1007 || fault.code == 1009);
  Require(got.texts.empty());
  // A fault of framing is one to JavaScript too, and the other way unless some
  // frame before was bad for what it holds.
  frames.clear();
  const bool adds_up = Frames(ToUtf16(meant), &frames);
  Require(!(adds_up && fault.code == 1002));
  return 0;
}
