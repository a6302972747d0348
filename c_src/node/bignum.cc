// SPDX-License-Identifier: MPL-2.0
#include "node/bignum.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace rabbit_socks::node {

std::optional<double> BignumToDouble(bool negative, base::Bytes magnitude) {
  constexpr size_t kMost = std::numeric_limits<double>::max_exponent / 8;
  const size_t last = magnitude.find_last_not_of('\0');
  if (last == base::Bytes::npos) return 0.0;
  if (last >= kMost) return std::nullopt;
  // The highest 64 bits; whatever is below them matters only in that it is
  // there: it decides where half way between two doubles is passed.
  uint64_t top = 0;
  bool rest = false;
  int exponent = 0;
  for (size_t i = 0; i <= last; ++i) {
    const auto byte = static_cast<unsigned char>(magnitude[last - i]);
    if (std::countl_zero(top) >= 8) {
      top = top << 8 | byte;
      continue;
    }
    exponent += 8;
    rest = rest || byte != 0;
  }
  if (rest) top |= 1;
  const double value = std::ldexp(static_cast<double>(top), exponent);
  if (!std::isfinite(value)) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace rabbit_socks::node
