// SPDX-License-Identifier: MPL-2.0
// What client and server agree on for permessage-deflate: RFC 7692 section 7.1.
//
// A pure function of the client's offers and the listener's policy. An offer
// that cannot be accepted is declined and never an error: the next one is
// looked at, and without any the connection goes on uncompressed.
#ifndef RABBIT_SOCKS_WEBSOCKET_DEFLATE_TERMS_H_
#define RABBIT_SOCKS_WEBSOCKET_DEFLATE_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/headers.h"
#include "websocket/compression.h"

namespace rabbit_socks::websocket {

// What holds on one connection.
struct DeflateTerms {
  bool server_takeover = true;  // our messages refer to earlier ones
  bool client_takeover = true;
  uint8_t server_bits = 15;
  uint8_t client_bits = 15;
  uint32_t min_size = 0;
};

struct DeflateAnswer {
  DeflateTerms terms;
  std::string field;  // the value of Sec-WebSocket-Extensions in the 101
};

// Nothing: no offer is acceptable, or the policy is kOff.
std::optional<DeflateAnswer> NegotiateDeflate(const base::Headers& request,
                                              const CompressionPolicy& policy);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_DEFLATE_TERMS_H_
