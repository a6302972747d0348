// SPDX-License-Identifier: MPL-2.0
// From the path of a request to what it is about.
//
// /websocket/<path> is a bare WebSocket, /socket.io/<path>/<transport>/... is
// Socket.IO 0.6, anything else a page. Of the routes whose prefix the path
// starts with the longest wins; the rest of the path, decoded and without
// trailing empty parts, is the callback module's.
#ifndef RABBIT_SOCKS_SESSION_ROUTER_H_
#define RABBIT_SOCKS_SESSION_ROUTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "session/config.h"
#include "transport/table.h"

namespace rabbit_socks::session {

struct Target {
  enum class Kind : uint8_t { kPage, kWebSocket, kSocketIo };
  Kind kind = Kind::kPage;
  uint32_t route = 0;
  std::vector<std::string> path;
  // Socket.IO:
  const transport::Row* transport = nullptr;
  std::string name;         // session id; empty: a new session
  std::string operation;    // the part after it: "send" or a time stamp
  std::string jsonp_index;  // the part after that
};

// `path` is raw and starts with "/". A fault is an HTTP status: 400 for a path
// that does not decode, 404 for no route or transport.
base::Result<Target> FindTarget(base::Bytes path,
                                const std::vector<Route>& routes);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ROUTER_H_
