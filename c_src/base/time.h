// SPDX-License-Identifier: MPL-2.0
// Time is an argument: milliseconds of a monotonic clock, read once per loop
// turn by the server.
#ifndef RABBIT_SOCKS_BASE_TIME_H_
#define RABBIT_SOCKS_BASE_TIME_H_

#include <cstdint>

namespace rabbit_socks::base {

using Time = uint64_t;  // ms

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_TIME_H_
