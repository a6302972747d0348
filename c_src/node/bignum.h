// SPDX-License-Identifier: MPL-2.0
// Integers that 64 bits do not hold, as doubles: what JavaScript would make of
// their digits.
#ifndef RABBIT_SOCKS_NODE_BIGNUM_H_
#define RABBIT_SOCKS_NODE_BIGNUM_H_

#include <optional>

#include "base/bytes.h"

namespace rabbit_socks::node {

// The double nearest to an integer of any size, to the even one of two; none
// when it is beyond the largest. The bytes of the magnitude come lowest first.
std::optional<double> BignumToDouble(bool negative, base::Bytes magnitude);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_BIGNUM_H_
