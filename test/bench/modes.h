// SPDX-License-Identifier: MPL-2.0
// What the load generator can do: see the head of load.cc.
#ifndef RABBIT_SOCKS_TEST_BENCH_MODES_H_
#define RABBIT_SOCKS_TEST_BENCH_MODES_H_

#include "crowd.h"
#include "meter.h"

// What is under way at once: messages a connection, broadcasts, round trips.
struct Load {
  size_t connections, window;
  unsigned seconds;
};

void Echo(const Target& target, const Load& load, bool socketio, Meter meter);
void Idle(const Target& target, size_t connections, bool socketio);
void Broadcast(const Target& target, const Load& load, Meter meter);
void Polling(const Target& target, const Load& load, Meter meter);

#endif  // RABBIT_SOCKS_TEST_BENCH_MODES_H_
