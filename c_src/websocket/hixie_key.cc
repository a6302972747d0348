// SPDX-License-Identifier: MPL-2.0
#include "websocket/hixie_key.h"

namespace rabbit_socks::websocket {

std::optional<uint32_t> HixieKeyNumber(base::Bytes key) {
  constexpr int kMaxDigits = 17;
  uint64_t number = 0, spaces = 0;
  int digits = 0;
  for (const char c : key) {
    if (c == ' ') ++spaces;
    if (c < '0' || c > '9') continue;
    if (++digits > kMaxDigits) return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  if (digits == 0 || spaces == 0 || number % spaces != 0 ||
      number / spaces > 0xFFFFFFFFU)
    return std::nullopt;
  return static_cast<uint32_t>(number / spaces);
}

}  // namespace rabbit_socks::websocket
