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
#include "framing/attachments.h"
#include "framing/generation.h"
#include "session/config.h"
#include "session/kept_request.h"
#include "session/packet_queue.h"
#include "transport/table.h"

namespace rabbit_socks::session {

// What only a client of Engine.IO has.
struct Engine {
  explicit Engine(size_t max_attachments) : attachments(max_attachments) {}

  base::ConnectionId probe;   // the WebSocket that the client tries
  bool probed = false;        // its ping has been answered
  uint8_t probed_polls = 0;   // that were ended at once for it
  bool base64 = false;        // the client takes no bytes on its WebSocket
  bool text_polls = false;    // nor in the answers to its polls
  bool pinged = false;        // protocol 4: we have, and wait for the pong
  base::Time alive_by = 0;    // a sign of life, or the client is gone
  base::Time ping_at = 0;     // protocol 4: our next ping
  base::Time connect_by = 0;  // the first namespace; 0: it has come
  base::Time attach_by = 0;   // the attachments that are missing; 0: none
  size_t held_size = 0;       // of the text that they belong to
  base::Time poll_by = 0;     // the next poll; 0: one waits, or none is needed
  base::Time probe_by = 0;    // the end of the probe
  base::Time noop_at = 0;     // while probing: the waiting poll is ended
  framing::Attachments attachments;
};

struct Client {
  enum class State : uint8_t {
    kOpening,    // its first session is asked for, and it waits for that
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
  PacketQueue queue;                      // for the next poll
  std::vector<base::ConnectionId> posts;  // POSTs that wait for credit
  PacketQueue held;  // 0.9: packets behind a connect that the node has not
                     // answered yet
  std::unique_ptr<Engine> engine;  // of Engine.IO
  KeptRequest request;             // none: it has no namespaces

  base::Time deadline = 0;
  base::Time scheduled = 0;

  bool polls() const {
    return transport->family == transport::Family::kPolling;
  }
  const http::OriginPolicy& origins() const {
    return config->routes[route].origins;
  }
  // What a request from elsewhere asks for is another client.
  bool IsAt(base::ListenerId at, uint32_t at_route) const {
    return listener == at && route == at_route;
  }
  bool speaks(framing::Generation::Wire wire) const {
    return generation->wire == wire;
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_CLIENT_H_
