// SPDX-License-Identifier: MPL-2.0
#include "http/query.h"

#include <algorithm>
#include <charconv>

namespace rabbit_socks::http {

namespace {

using base::Bytes;

// -1: no hex digit.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Decode(Bytes text, bool is_form) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    } else if (c == '+' && is_form) {
      c = ' ';
    }
    // A NUL ends a C string: in a path it must not hide what follows it. A form
    // carries messages, which may hold any character.
    if (c == '\0' && !is_form) return std::nullopt;
    bytes += c;
  }
  return bytes;
}

// Keys are compared decoded, but nearly all of them need no decoding.
bool IsKey(Bytes raw, Bytes key) {
  if (raw.find_first_of("%+") == Bytes::npos) return raw == key;
  const std::optional<std::string> decoded = FormDecode(raw);
  return decoded && *decoded == key;
}

}  // namespace

std::optional<std::string> PercentDecode(Bytes text) {
  return Decode(text, false);
}

std::optional<std::string> FormDecode(Bytes text) { return Decode(text, true); }

std::vector<Bytes> SplitPath(Bytes path) {
  std::vector<Bytes> parts;
  path.remove_prefix(1);
  while (true) {
    const size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == Bytes::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::optional<std::string> FormValue(Bytes form, Bytes key, size_t max_keys) {
  for (size_t pairs = 0; pairs < max_keys; ++pairs) {
    const size_t end = form.find('&');
    const Bytes pair = form.substr(0, end);
    const size_t equals = pair.find('=');
    if (IsKey(pair.substr(0, equals), key)) {
      return equals == Bytes::npos ? std::string()
                                   : FormDecode(pair.substr(equals + 1));
    }
    if (end == Bytes::npos) return std::nullopt;
    form.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseDecimal(Bytes text) {
  constexpr size_t kMaxDigits = 17;
  const bool digits = std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > kMaxDigits || !digits) return std::nullopt;
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace rabbit_socks::http
