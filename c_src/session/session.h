// SPDX-License-Identifier: MPL-2.0
// What is known of one session: a conversation between a client and a callback
// module, as the node sees it.
//
// Plain data. The session of a bare WebSocket lives and dies with its
// connection; one of a Socket.IO client with the client.
#ifndef RABBIT_SOCKS_SESSION_SESSION_H_
#define RABBIT_SOCKS_SESSION_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/message.h"
#include "base/time.h"
#include "framing/generation.h"
#include "session/backlog.h"
#include "session/config.h"
#include "session/rendered.h"

namespace rabbit_socks::session {

struct Room {
  std::vector<base::SessionId> members;
};

// What a session needs to be recovered: see recovery.h.
struct Recovery {
  struct Log {
    size_t bytes = 0;
    std::deque<std::shared_ptr<const Rendered>> sent;  // the oldest first
  };
  std::string pid;           // the secret that the client shows
  std::string sid;           // what the client knows the session by
  std::unique_ptr<Log> log;  // none: the session does not wait for its client
  std::optional<std::string> position;  // the callback module's, once it said
};

struct Session {
  // Of a room: its entry in the table of rooms, and the place among its
  // members.
  struct Membership {
    std::pair<const std::string, Room>* room;
    uint32_t index;
    base::SlowPolicy slow;
  };

  enum class State : uint8_t {
    kOpening,  // the node has been asked
    kOpen,
    kAway,    // the client was lost, and may come back: see recovery.h
    kEnding,  // the node has been told; it may still answer what came before
  };

  base::SessionId id;
  State state = State::kOpening;
  bool congested = false;
  uint32_t counted = 0;   // its place in its turn, from 1; 0: see counting.h
  base::ClientId client;  // none: a bare WebSocket
  base::ConnectionId connection;  // of a bare WebSocket
  base::ListenerId listener = 0;
  uint32_t route = 0;
  std::shared_ptr<const ListenerConfig> config;
  std::string owner;  // the node's pid for it
  std::string nsp;    // namespace; empty: its client knows none
  // Null: a bare WebSocket that speaks frames.
  const framing::Generation* generation = nullptr;
  std::unique_ptr<Recovery> recovery;  // or none
  std::vector<Membership> rooms;
  std::unique_ptr<Backlog> backlog;  // or none: see holding.h
  uint64_t broadcast = 0;            // the last one that it was considered for

  int64_t credit_messages = 0;
  int64_t credit_bytes = 0;
  base::Time deadline = 0;  // of kOpening
  base::Time scheduled = 0;

  bool has_credit() const { return credit_messages > 0 && credit_bytes > 0; }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SESSION_H_
