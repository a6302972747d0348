// SPDX-License-Identifier: MPL-2.0
// Bytes as text that a person can read and write, for vector files and events.
#ifndef RABBIT_SOCKS_TEST_SUPPORT_ESCAPE_H_
#define RABBIT_SOCKS_TEST_SUPPORT_ESCAPE_H_

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/bytes.h"

namespace rabbit_socks::test {

[[noreturn]] inline void VectorError(base::Bytes where, base::Bytes what) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(where.size()),
               where.data(), static_cast<int>(what.size()), what.data());
  std::abort();
}

// \r \n \t \0 \\ and \xHH stand for one byte, {N*TEXT} for N times TEXT (with
// escapes; a "}" in it is \x7d). Line ends do not count, so that long inputs
// can be wrapped. All other bytes stand for themselves, also a "{" without
// "N*".
inline std::string Unescape(base::Bytes text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') continue;
    if (c == '{') {
      size_t count = 0;
      const char* end = text.data() + text.size();
      const auto [star, error] =
          std::from_chars(text.data() + i + 1, end, count);
      if (error == std::errc() && star != end && *star == '*') {
        const auto from = static_cast<size_t>(star - text.data()) + 1;
        const size_t brace = text.find('}', from);
        if (brace == base::Bytes::npos) VectorError(text, "no } after {N*");
        const std::string once = Unescape(text.substr(from, brace - from));
        for (size_t n = 0; n < count; ++n) bytes += once;
        i = brace;
        continue;
      }
    }
    if (c != '\\') {
      bytes += c;
      continue;
    }
    const char escape = ++i < text.size() ? text[i] : ' ';
    const base::Bytes letters = "rnt0\\";
    const base::Bytes values("\r\n\t\0\\", 5);
    if (const size_t at = letters.find(escape); at != base::Bytes::npos) {
      bytes += values[at];
    } else {
      unsigned char value = 0;
      const char* digits = text.data() + i + 1;
      const bool two = escape == 'x' && i + 2 < text.size();
      if (!two ||
          std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2)
        VectorError(text, "a bad escape");
      bytes += static_cast<char>(value);
      i += 2;
    }
  }
  return bytes;
}

// The other way, for events: printable ASCII stays, all else is escaped.
inline std::string Escape(base::Bytes bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += "\\x";
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
  }
  return text;
}

}  // namespace rabbit_socks::test

#endif  // RABBIT_SOCKS_TEST_SUPPORT_ESCAPE_H_
