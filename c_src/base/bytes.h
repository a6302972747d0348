// SPDX-License-Identifier: MPL-2.0
// The name for borrowed bytes.
//
// A Bytes never owns: whoever hands one out says how long it lives. Not
// zero-terminated.
#ifndef RABBIT_SOCKS_BASE_BYTES_H_
#define RABBIT_SOCKS_BASE_BYTES_H_

#include <string_view>

namespace rabbit_socks::base {

using Bytes = std::string_view;

// What a message carries: RFC 6455 section 5.6.
enum class Payload : unsigned char { kText, kBinary };

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_BYTES_H_
