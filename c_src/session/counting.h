// SPDX-License-Identifier: MPL-2.0
// Broadcasts that sessions were sent, for the node's lists: the edge alone
// knows who was in a room.
//
// What is new is told now and then, each session in its turn: a crowd is spread
// over the turns. Of a session that has ended nothing is told any more.
#ifndef RABBIT_SOCKS_SESSION_COUNTING_H_
#define RABBIT_SOCKS_SESSION_COUNTING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/id.h"

namespace rabbit_socks::session {

struct Rendered;
struct Session;
struct Tables;

struct Counts {
  // Ticks from one turn of a session to the next: five seconds.
  static constexpr size_t kTurns = 50;

  struct Sent {
    base::SessionId session;
    uint32_t messages = 0;
    uint64_t bytes = 0;
  };
  // A session is in that of its slot; where there, it knows.
  std::array<std::vector<Sent>, kTurns> turns;
  size_t next = 0;
};

// `s` is sent this broadcast; or, while it is away, what it is sent is kept for
// its client.
void CountBroadcast(Tables& t, Session* s, const Rendered& rendered);
// Tells what there is of those whose turn it is. To be called once a tick.
void TellCounts(Tables& t);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_COUNTING_H_
