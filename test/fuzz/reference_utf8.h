// SPDX-License-Identifier: MPL-2.0
// A decoder of UTF-8 as plain as RFC 3629 reads, to compare the fast one with.
#ifndef RABBIT_SOCKS_TEST_FUZZ_REFERENCE_UTF8_H_
#define RABBIT_SOCKS_TEST_FUZZ_REFERENCE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rabbit_socks::fuzz {

inline bool ReferenceIsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    size_t more = 0;
    uint32_t point = lead, least = 0;
    if (lead >= 0x80) {
      if ((lead & 0xE0) == 0xC0) {
        more = 1, point = lead & 0x1F, least = 0x80;
      } else if ((lead & 0xF0) == 0xE0) {
        more = 2, point = lead & 0x0F, least = 0x800;
      } else if ((lead & 0xF8) == 0xF0) {
        more = 3, point = lead & 0x07, least = 0x10000;
      } else {
        return false;
      }
    }
    for (; more > 0; --more) {
      if (i == text.size()) return false;
      const auto next = static_cast<unsigned char>(text[i++]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    if (point < least || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF))
      return false;
  }
  return true;
}

// True when some text that begins like this is UTF-8.
inline bool ReferenceMayBecomeUtf8(std::string_view text) {
  using namespace std::string_view_literals;
  constexpr std::string_view kRests[] = {
      ""sv,         "\x80"sv,         "\xA0"sv,
      "\x90"sv,     "\x80\x80"sv,     "\xA0\x80"sv,
      "\x90\x80"sv, "\x80\x80\x80"sv, "\x90\x80\x80"sv,
  };
  // Only the last three bytes can lie in an unfinished code point, so behind a
  // good head a short tail is enough to try.
  for (size_t tail = 0; tail <= 3 && tail <= text.size(); ++tail) {
    const size_t head = text.size() - tail;
    if (!ReferenceIsUtf8(text.substr(0, head))) continue;
    for (const std::string_view rest : kRests) {
      char point[8];
      text.copy(point, tail, head);
      rest.copy(point + tail, rest.size());
      if (ReferenceIsUtf8({point, tail + rest.size()})) return true;
    }
  }
  return false;
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_REFERENCE_UTF8_H_
