// SPDX-License-Identifier: MPL-2.0
// Base64 of RFC 4648 section 4, strict: the alphabet, the padding, zero
// trailing bits.
#ifndef RABBIT_SOCKS_BASE_BASE64_H_
#define RABBIT_SOCKS_BASE_BASE64_H_

#include <optional>
#include <string>

#include "base/bytes.h"

namespace rabbit_socks::base {

std::string Base64Encode(Bytes bytes);
std::optional<std::string> Base64Decode(Bytes text);

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_BASE64_H_
