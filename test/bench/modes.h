// SPDX-License-Identifier: MPL-2.0
// What the load generator can do: see the head of load.cc.
#ifndef RABBIT_SOCKS_TEST_BENCH_MODES_H_
#define RABBIT_SOCKS_TEST_BENCH_MODES_H_

#include <string_view>

#include "crowd.h"
#include "meter.h"

// What is under way at once: messages a connection, broadcasts, round trips.
struct Load {
  size_t connections, window;
  unsigned seconds;
};

void Echo(const Target& target, const Load& load, bool socketio, Meter meter);
// What is done before it is silent.
enum class Before { kNothing, kSocketIo, kSubscribe, kStompSubscribe };
void Idle(const Target& target, size_t connections, Before before);
void Broadcast(const Target& target, const Load& load, Meter meter);
// RabbitMQ's clients, by the events of the bridge or in STOMP (dialect.h).
//
// Every client subscribes to one routing key, and the first publishes with it.
// `paced`: load.window messages a second, else so many under way. `slow`: a
// ninth more subscribe with this policy of the bridge, and do not read; empty:
// none.
void Fanout(const Target& target, const Load& load, bool stomp, bool paced,
            std::string_view slow, Meter meter);
// Every client keeps load.window confirmed messages under way.
void Confirmed(const Target& target, const Load& load, bool stomp, Meter meter);
// Clients log in and leave, load.connections at a time.
void LogIns(const Target& target, const Load& load, bool stomp, Meter meter);
void Polling(const Target& target, const Load& load, Meter meter);

#endif  // RABBIT_SOCKS_TEST_BENCH_MODES_H_
