// SPDX-License-Identifier: MPL-2.0
// From the path of a request to what it is about.
//
// /websocket/<path> is a bare WebSocket. Below /socket.io/<path> the clients of
// Socket.IO differ: 0.6 asks for /<transport>/…, 0.7 to 0.9 for /1/…, all since
// 1.0 for the path itself with a query. /engine.io/<path> is Engine.IO without
// Socket.IO. Anything else is a page. Of the routes whose prefix the path
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
  enum class Kind : uint8_t {
    kPage,
    kWebSocket,
    kSocketIo06,
    kSocketIo09,
    kEngine,      // Socket.IO since 1.0
    kBareEngine,  // Engine.IO
  };
  Kind kind = Kind::kPage;
  uint32_t route = 0;
  std::vector<std::string> path;
  // Socket.IO 0.6 to 0.9:
  const transport::Row* transport = nullptr;  // 0.9: null for a handshake, and
                                              // for a name that is none
  std::string name;         // session id; empty: a new session
  std::string operation;    // 0.6: the part after it: "send" or a time stamp;
                            // 0.9: the transport's name, whatever it is
  std::string jsonp_index;  // 0.6: the part after that
};

// `path` is raw and starts with "/". A fault is an HTTP status: 400 for a path
// that does not decode, 404 for no route.
base::Result<Target> FindTarget(base::Bytes path,
                                const std::vector<Route>& routes);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ROUTER_H_
