// SPDX-License-Identifier: MPL-2.0
// The names of subprotocols that a client offers.
#ifndef RABBIT_SOCKS_WEBSOCKET_SUBPROTOCOL_H_
#define RABBIT_SOCKS_WEBSOCKET_SUBPROTOCOL_H_

#include <string>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::websocket {

// Appends the names of a list: separated by commas, or by spaces as well in the
// hixie drafts. False when one of them is malformed (RFC 6455 wants tokens, the
// hixie drafts any visible characters) or longer than 256 bytes, or when there
// are more than 64.
[[nodiscard]] bool ReadSubprotocols(base::Bytes list, bool hixie,
                                    std::vector<std::string>* names);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_SUBPROTOCOL_H_
