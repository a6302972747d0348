// SPDX-License-Identifier: MPL-2.0
// Names for things that come and go: a slot and the generation of its tenant.
//
// An Id of a thing that is gone finds nothing, even when the slot has a new
// tenant. Values stay below 2^56, so that Erlang holds them as small integers.
// 0 names nothing.
#ifndef RABBIT_SOCKS_BASE_ID_H_
#define RABBIT_SOCKS_BASE_ID_H_

#include <cstdint>

namespace rabbit_socks::base {

template <class Tag>
struct Id {
  uint64_t value = 0;

  static constexpr unsigned kSlotBits = 24;
  static constexpr Id Of(uint32_t slot, uint32_t generation) {
    return Id{(uint64_t{generation} << kSlotBits) | slot};
  }
  constexpr uint32_t slot() const {
    return static_cast<uint32_t>(value & ((1U << kSlotBits) - 1));
  }
  constexpr uint32_t generation() const {
    return static_cast<uint32_t>(value >> kSlotBits);
  }
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr bool operator==(Id a, Id b) { return a.value == b.value; }
};

// One TCP connection, or one request relayed by the broker's web context.
using ConnectionId = Id<struct ConnectionTag>;
// One conversation with a callback module.
using SessionId = Id<struct SessionTag>;
// One Socket.IO client, whatever connections and sessions it has.
using ClientId = Id<struct ClientTag>;
// Given by the node.
using ListenerId = uint64_t;

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_ID_H_
