// SPDX-License-Identifier: MPL-2.0
// Paths, queries and forms.
#ifndef RABBIT_SOCKS_HTTP_QUERY_H_
#define RABBIT_SOCKS_HTTP_QUERY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::http {

// Percent-decoding. nullopt: a "%" without two hex digits, or a decoded NUL.
std::optional<std::string> PercentDecode(base::Bytes text);
// The same with "+" as space (application/x-www-form-urlencoded), and NULs.
std::optional<std::string> FormDecode(base::Bytes text);

// The parts of "/a//b/" between slashes, raw: {"a", "", "b", ""}. REQUIRES:
// path starts with "/"
std::vector<base::Bytes> SplitPath(base::Bytes path);

// The first value of `key` in a query or form of at most `max_keys` pairs,
// decoded as a form. nullopt: no such key, or one that does not decode.
std::optional<std::string> FormValue(base::Bytes form, base::Bytes key,
                                     size_t max_keys = 100);

// Digits only, at most 17 (limit L16).
std::optional<uint64_t> ParseDecimal(base::Bytes text);

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_QUERY_H_
