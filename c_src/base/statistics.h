// SPDX-License-Identifier: MPL-2.0
// What the edge has counted since it began, and what there is now, for the
// node's metrics.
#ifndef RABBIT_SOCKS_BASE_STATISTICS_H_
#define RABBIT_SOCKS_BASE_STATISTICS_H_

#include <cstdint>
#include <utility>
#include <vector>

namespace rabbit_socks::base {

struct Statistics {
  using Counts = std::vector<std::pair<uint16_t, uint64_t>>;

  // Now.
  uint64_t connections = 0;  // and requests of the broker's web context
  uint64_t clients = 0;      // of Socket.IO and Engine.IO
  uint64_t memory = 0;       // resident, in bytes
  // Since the beginning.
  uint64_t cpu = 0;       // of all threads, user and system, in µs
  uint64_t accepted = 0;  // TCP connections
  uint64_t refused = 0;   // TCP connections turned away before any request
  Counts answers;         // to requests, by HTTP status
  Counts ended;           // sessions, by close code; see session/tally.h
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_STATISTICS_H_
