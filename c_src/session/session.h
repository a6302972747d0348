// SPDX-License-Identifier: MPL-2.0
// What is known of one session: a conversation between a client and a callback
// module.
//
// Plain data. A bare WebSocket session lives and dies with its connection; a
// Socket.IO polling session outlives each of its requests.
#ifndef RABBIT_SOCKS_SESSION_SESSION_H_
#define RABBIT_SOCKS_SESSION_SESSION_H_

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

struct Session {
  enum class State : uint8_t {
    kOpening,  // the node has been asked
    kOpen,
    kEnding,     // the node has been told; it may still answer what came before
    kLingering,  // ended for the node; a last poll may still fetch the queue
  };

  base::SessionId id;
  State state = State::kOpening;
  bool congested = false;
  bool heartbeat_sent = false;                      // and not yet answered
  uint32_t heartbeat = 0;                           // number of the last one
  const framing::Generation* generation = nullptr;  // null: bare WebSocket
  const transport::Row* transport = nullptr;
  base::ListenerId listener = 0;
  uint32_t route = 0;
  std::shared_ptr<const ListenerConfig> config;
  base::ConnectionId connection;  // WebSocket, stream, the poll that waits, or
                                  // the request that opens
  std::string owner;              // the node's pid for it
  std::string name;               // Socket.IO session id, "" for bare WebSocket
  std::string queue;              // payload for the next poll
  std::vector<base::ConnectionId> posts;  // POSTs that wait for credit

  int64_t credit_messages = 0;
  int64_t credit_bytes = 0;
  base::Time deadline = 0;
  base::Time scheduled = 0;

  bool has_credit() const { return credit_messages > 0 && credit_bytes > 0; }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SESSION_H_
