// SPDX-License-Identifier: MPL-2.0
#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace rabbit_socks::base {

namespace {

constexpr Bytes kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr uint8_t kNone = 0xff;

constexpr std::array<uint8_t, 256> Reverse() {
  std::array<uint8_t, 256> table{};
  for (uint8_t& value : table) value = kNone;
  for (size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  return table;
}

constexpr std::array<uint8_t, 256> kReverse = Reverse();

uint32_t ByteAt(Bytes bytes, size_t i) {
  return static_cast<uint8_t>(bytes[i]);
}

}  // namespace

std::string Base64Encode(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  size_t i = 0;
  for (; bytes.size() - i >= 3; i += 3) {
    const uint32_t bits = ByteAt(bytes, i) << 16 | ByteAt(bytes, i + 1) << 8 |
                          ByteAt(bytes, i + 2);
    for (int shift = 18; shift >= 0; shift -= 6)
      text += kAlphabet[bits >> shift & 63];
  }
  const size_t rest = bytes.size() - i;
  if (rest != 0) {
    const uint32_t bits =
        ByteAt(bytes, i) << 16 | (rest == 2 ? ByteAt(bytes, i + 1) << 8 : 0);
    text += kAlphabet[bits >> 18];
    text += kAlphabet[bits >> 12 & 63];
    text += rest == 2 ? kAlphabet[bits >> 6 & 63] : '=';
    text += '=';
  }
  return text;
}

std::optional<std::string> Base64Decode(Bytes text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=')
    --digits;

  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int held = 0;
  for (size_t i = 0; i < digits; ++i) {
    const uint8_t value = kReverse[static_cast<uint8_t>(text[i])];
    if (value == kNone) return std::nullopt;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>(bits >> held & 0xff);
      bits &= (1U << held) - 1;
    }
  }
  // RFC 4648 3.5: pad bits must be zero, else one value has many spellings.
  if (bits != 0) return std::nullopt;
  return bytes;
}

}  // namespace rabbit_socks::base
