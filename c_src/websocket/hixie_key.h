// SPDX-License-Identifier: MPL-2.0
// The number hidden in a Sec-WebSocket-Key1 or Key2 of hixie-76: its digits
// divided by the number of its spaces.
#ifndef RABBIT_SOCKS_WEBSOCKET_HIXIE_KEY_H_
#define RABBIT_SOCKS_WEBSOCKET_HIXIE_KEY_H_

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace rabbit_socks::websocket {

// nullopt when the draft says to abort: no space, no digit, a remainder, a
// quotient above 2^32 - 1; also more than 17 digits (limit L16), which no
// client sends.
std::optional<uint32_t> HixieKeyNumber(base::Bytes key);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_HIXIE_KEY_H_
