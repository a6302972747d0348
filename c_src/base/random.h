// SPDX-License-Identifier: MPL-2.0
// Unguessable names from the system's CSPRNG.
#ifndef RABBIT_SOCKS_BASE_RANDOM_H_
#define RABBIT_SOCKS_BASE_RANDOM_H_

#include <string>

namespace rabbit_socks::base {

// 160 random bits as 27 characters of the URL-safe base64 alphabet: fit for one
// URL path segment.
std::string RandomName();

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_RANDOM_H_
