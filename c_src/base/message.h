// SPDX-License-Identifier: MPL-2.0
// What a callback module sends to one client or to a room: a frame, an event
// or an acknowledgement. docs/PORT_PROTOCOL.md, "Messages".
//
// Views of whoever made it; it lives through one call.
#ifndef RABBIT_SOCKS_BASE_MESSAGE_H_
#define RABBIT_SOCKS_BASE_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/value.h"

namespace rabbit_socks::base {

struct Message {
  enum class Kind : uint8_t {
    kText,    // data: UTF-8 when the node keeps its word; checked where it is
              // written
    kBinary,  // data
    kEvent,   // data: the event's name; args; id when an acknowledgement is
              // wanted
    kAck,     // args, id
  };
  Kind kind = Kind::kText;
  Bytes data;
  std::optional<uint64_t> id;
  const Value* args = nullptr;  // an array; of kEvent and kAck
};

// What becomes of the broadcasts of a room for a member that reads too slowly,
// once more than the soft limit is queued to it. Whatever the policy, no more
// than the hard limit is kept for it.
enum class SlowPolicy : uint8_t {
  kClose,       // they are queued, and the session ends when they are too many
  kDropOldest,  // of those that do not fit the oldest are dropped
  kConflate,    // the same, and of each key only the newest is kept
};

// Whom a broadcast is for: every session in one of the rooms, once, that is in
// none of the excepted rooms and is none of the excepted sessions.
struct Audience {
  std::vector<std::string> rooms;
  std::vector<std::string> except_rooms;
  std::vector<SessionId> except;
  // Only sessions in this namespace; those whose client knows none are in "/".
  // Empty: whatever their namespace.
  std::string nsp = {};
  // In place of rooms: every session whose client knows events.
  bool everybody = false;
  // By which members that joined with kConflate keep the newest only; none:
  // nothing takes its place.
  std::optional<std::string> key = {};
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_MESSAGE_H_
