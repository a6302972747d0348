// SPDX-License-Identifier: MPL-2.0
#include "base/utf8.h"

#include <cstring>

namespace rabbit_socks::base {
namespace {

// The state between bytes: how many continuation bytes are missing, and the
// range that the next one must be in. Packed as missing << 16 | low << 8 |
// high; 0 between code points. Only the first continuation byte has a range
// narrower than 80..BF (RFC 3629 section 4).
constexpr uint32_t State(uint32_t missing, uint32_t low = 0x80,
                         uint32_t high = 0xBF) {
  return missing << 16 | low << 8 | high;
}

// The state after a first byte; kReject for one that starts nothing.
constexpr uint32_t kReject = 0xFFFFFFFF;
constexpr uint32_t AfterLead(unsigned char byte) {
  if (byte < 0x80) return 0;
  if (byte < 0xC2) return kReject;
  if (byte < 0xE0) return State(1);
  if (byte == 0xE0) return State(2, 0xA0, 0xBF);
  if (byte == 0xED) return State(2, 0x80, 0x9F);
  if (byte < 0xF0) return State(2);
  if (byte == 0xF0) return State(3, 0x90, 0xBF);
  if (byte < 0xF4) return State(3);
  if (byte == 0xF4) return State(3, 0x80, 0x8F);
  return kReject;
}

constexpr uint32_t Next(uint32_t state, unsigned char byte) {
  if (state == 0) return AfterLead(byte);
  if (byte < ((state >> 8) & 0xFF) || byte > (state & 0xFF)) return kReject;
  const uint32_t missing = (state >> 16) - 1;
  return missing == 0 ? 0 : State(missing);
}

constexpr uint64_t kHighBits = 0x8080808080808080U;

uint64_t Word(const char* at) {
  uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The first byte at or after `at` that may not be ASCII: sixteen at a time,
// then eight.
const char* SkipAscii(const char* at, const char* end) {
  while (end - at >= 16 && ((Word(at) | Word(at + 8)) & kHighBits) == 0)
    at += 16;
  if (end - at >= 8 && (Word(at) & kHighBits) == 0) at += 8;
  return at;
}

bool IsLead(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

// UTF-16 units of the code point that starts with the byte.
size_t Units(char lead) {
  return static_cast<unsigned char>(lead) >= 0xF0 ? 2 : 1;
}

}  // namespace

bool Utf8Check::Feed(Bytes piece) {
  uint32_t state = state_;
  if (state == kReject) return false;
  const char* const end = piece.data() + piece.size();
  for (const char* at = piece.data(); at != end; ++at) {
    if (state == 0) {
      at = SkipAscii(at, end);
      if (at == end) break;
    }
    state = Next(state, static_cast<unsigned char>(*at));
    if (state == kReject) break;
  }
  state_ = state;
  return state != kReject;
}

bool IsUtf8(Bytes text) {
  Utf8Check check;
  return check.Feed(text) && check.complete();
}

size_t Utf16Length(Bytes text) {
  size_t units = 0;
  for (const char byte : text) {
    if (IsLead(byte)) units += Units(byte);
  }
  return units;
}

size_t Utf16Prefix(Bytes text, size_t units) {
  size_t at = 0;
  while (units > 0) {
    if (at == text.size() || Units(text[at]) > units) return Bytes::npos;
    units -= Units(text[at]);
    do {
      ++at;
    } while (at < text.size() && !IsLead(text[at]));
  }
  return at;
}

Bytes Utf8Cut(Bytes text, size_t max_bytes) {
  size_t end = 0;
  uint32_t state = 0;
  for (size_t i = 0; i < text.size() && i < max_bytes; ++i) {
    state = Next(state, static_cast<unsigned char>(text[i]));
    if (state == kReject) break;
    if (state == 0) end = i + 1;
  }
  return text.substr(0, end);
}

}  // namespace rabbit_socks::base
