// SPDX-License-Identifier: MPL-2.0
// What is known of one Socket.IO client: how it is reached, and what its
// sessions have in common.
//
// Plain data. A client on a polling transport outlives each of its requests. A
// bare WebSocket has none of this: its session knows its connection.
#ifndef RABBIT_SOCKS_SESSION_CLIENT_H_
#define RABBIT_SOCKS_SESSION_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "framing/generation.h"
#include "session/config.h"
#include "transport/table.h"

namespace rabbit_socks::session {

struct Client {
  enum class State : uint8_t {
    kOpening,    // its first session is asked for
    kOpen,       // it has a name
    kLingering,  // it has no session; a last poll may still fetch the queue
  };

  base::ClientId id;
  State state = State::kOpening;
  bool heartbeat_sent = false;                      // and not yet answered
  uint32_t heartbeat = 0;                           // number of the last one
  const framing::Generation* generation = nullptr;  // never null
  const transport::Row* transport = nullptr;        // never null
  base::ListenerId listener = 0;
  uint32_t route = 0;
  std::shared_ptr<const ListenerConfig> config;
  base::ConnectionId connection;  // WebSocket, stream, the poll that waits, or
                                  // the request that opens
  std::vector<base::SessionId> sessions;
  std::string name;                       // Socket.IO session id
  std::string queue;                      // payload for the next poll
  std::vector<base::ConnectionId> posts;  // POSTs that wait for credit

  base::Time deadline = 0;
  base::Time scheduled = 0;

  bool polls() const {
    return transport->family == transport::Family::kPolling;
  }
  const http::OriginPolicy& origins() const {
    return config->routes[route].origins;
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_CLIENT_H_
