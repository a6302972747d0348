// SPDX-License-Identifier: MPL-2.0
// An HTTP request that does not go by a connection of ours: Request of
// docs/PORT_PROTOCOL.md.
//
// One that the broker's web server has read comes from the node so; one that is
// for a client of another node goes there so.
#ifndef RABBIT_SOCKS_BASE_RELAYED_REQUEST_H_
#define RABBIT_SOCKS_BASE_RELAYED_REQUEST_H_

#include <cstdint>
#include <string>

#include "base/headers.h"

namespace rabbit_socks::base {

struct RelayedRequest {
  std::string method, target, path, body, peer_address, local_address;
  std::string certificate;  // the client's as DER; empty: none
  uint16_t peer_port = 0, local_port = 0;
  bool secure = false;
  Headers headers;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_RELAYED_REQUEST_H_
