// SPDX-License-Identifier: MPL-2.0
// A request that the broker's web server has read, as the one our own parser
// would have made.
#ifndef RABBIT_SOCKS_SERVER_RELAYED_REQUEST_H_
#define RABBIT_SOCKS_SERVER_RELAYED_REQUEST_H_

#include "http/request.h"
#include "node/messages.h"
#include "session/hub.h"

namespace rabbit_socks::server {

http::Request ToRequest(node::RelayedRequest relayed);
session::Peer PeerOf(const node::RelayedRequest& relayed);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_RELAYED_REQUEST_H_
