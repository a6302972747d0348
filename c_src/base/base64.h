// SPDX-License-Identifier: MPL-2.0
// Base64 of RFC 4648 section 4, strict: the alphabet, the padding, zero
// trailing bits.
#ifndef RABBIT_SOCKS_BASE_BASE64_H_
#define RABBIT_SOCKS_BASE_BASE64_H_

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace rabbit_socks::base {

enum class Base64Padding : unsigned char {
  kRequired,
  kOptional,  // all of it or none
};

std::string Base64Encode(Bytes bytes);
std::optional<std::string> Base64Decode(Bytes text);

// The same behind what *out holds. Decoding: false, with *out as before, when
// text is not base64.
void AppendBase64(Bytes bytes, std::string* out);
[[nodiscard]] bool AppendBase64Decoded(Bytes text, Base64Padding padding,
                                       std::string* out);
// How long AppendBase64 makes so many bytes.
constexpr size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_BASE64_H_
