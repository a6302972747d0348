// SPDX-License-Identifier: MPL-2.0
// Unguessable names from the system's CSPRNG.
#ifndef RABBIT_SOCKS_BASE_RANDOM_H_
#define RABBIT_SOCKS_BASE_RANDOM_H_

#include <cstddef>
#include <string>

#include "base/bytes.h"

namespace rabbit_socks::base {

inline constexpr size_t kRandomName = 27;

// 160 random bits as 27 characters of the URL-safe base64 alphabet: fit for one
// URL path segment.
std::string RandomName();

// It has no other characters than those.
bool IsName(Bytes text);

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_RANDOM_H_
