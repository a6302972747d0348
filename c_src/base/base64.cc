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
  AppendBase64(bytes, &text);
  return text;
}

std::optional<std::string> Base64Decode(Bytes text) {
  std::string bytes;
  if (!AppendBase64Decoded(text, Base64Padding::kRequired, &bytes))
    return std::nullopt;
  return bytes;
}

void AppendBase64(Bytes bytes, std::string* out) {
  const size_t before = out->size();
  out->resize(before + Base64Size(bytes.size()));
  char* to = out->data() + before;
  size_t i = 0;
  for (; bytes.size() - i >= 3; i += 3) {
    const uint32_t bits = ByteAt(bytes, i) << 16 | ByteAt(bytes, i + 1) << 8 |
                          ByteAt(bytes, i + 2);
    for (int shift = 18; shift >= 0; shift -= 6)
      *to++ = kAlphabet[bits >> shift & 63];
  }
  const size_t rest = bytes.size() - i;
  if (rest != 0) {
    const uint32_t bits =
        ByteAt(bytes, i) << 16 | (rest == 2 ? ByteAt(bytes, i + 1) << 8 : 0);
    *to++ = kAlphabet[bits >> 18];
    *to++ = kAlphabet[bits >> 12 & 63];
    *to++ = rest == 2 ? kAlphabet[bits >> 6 & 63] : '=';
    *to++ = '=';
  }
}

bool AppendBase64Decoded(Bytes text, Base64Padding padding, std::string* out) {
  size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=')
    --digits;
  if (text.size() % 4 != 0 &&
      (padding == Base64Padding::kRequired || digits != text.size()))
    return false;
  const size_t rest = digits % 4;
  if (rest == 1) return false;

  const size_t before = out->size();
  out->resize(before + digits / 4 * 3 + rest * 3 / 4);
  char* to = out->data() + before;
  // All values seen, joined: only kNone has bits above the lower six.
  uint32_t seen = 0;
  size_t i = 0;
  const auto next = [&] {
    const uint32_t value = kReverse[ByteAt(text, i++)];
    seen |= value;
    return value & 63;
  };
  while (digits - i >= 4) {
    uint32_t bits = 0;
    for (int n = 0; n < 4; ++n) bits = bits << 6 | next();
    *to++ = static_cast<char>(bits >> 16);
    *to++ = static_cast<char>(bits >> 8 & 0xff);
    *to++ = static_cast<char>(bits & 0xff);
  }
  uint32_t bits = 0;
  while (i < digits) bits = bits << 6 | next();
  if (rest == 2) *to++ = static_cast<char>(bits >> 4);
  if (rest == 3) {
    *to++ = static_cast<char>(bits >> 10);
    *to++ = static_cast<char>(bits >> 2 & 0xff);
  }
  // RFC 4648 3.5: pad bits must be zero, else one value has many spellings.
  const uint32_t unused = rest == 2 ? bits & 15 : rest == 3 ? bits & 3 : 0;
  if (seen > 63 || unused != 0) {
    out->resize(before);
    return false;
  }
  return true;
}

}  // namespace rabbit_socks::base
