// SPDX-License-Identifier: MPL-2.0
// A bounded load generator for loopback servers: one thread, epoll, no library,
// so that the machine's time goes to the servers.
//
//   load MODE HOST PORT PATH CONNECTIONS WINDOW SECONDS [PID...]
//     echo           keeps WINDOW text messages of 64 bytes under way on each
//                    WebSocket and counts the echoes
//     socketio-echo  the same with an event of Socket.IO 4, over WebSocket
//     broadcast      all join a room by the event "join"; the first sends
//                    "cast" and keeps WINDOW broadcasts under way. Counts the
//                    deliveries
//     polling        sessions of Socket.IO 4 with a poll held on each, and
//                    WINDOW more connections that post events to be echoed.
//                    Counts the requests answered, POST and GET
//     fanout         all log in to rabbit_socks_amqp and subscribe to one
//                    routing key, by events of Socket.IO 4; the first publishes
//                    and keeps WINDOW messages under way. Counts the deliveries
//     fanout-paced   the same with WINDOW messages a second, and how long each
//                    delivery took
//     confirmed      keeps WINDOW persistent messages to the queue
//                    "bench.confirmed" under way on each, and counts the
//                    confirms
//     logins         CONNECTIONS at a time log in and leave, and are counted
//     stomp-fanout, stomp-fanout-paced, stomp-confirmed, stomp-logins
//                    the same in STOMP
//     close-fanout-paced, drop_oldest-fanout-paced, conflate-fanout-paced
//                    beside a ninth more that have subscribed with this policy
//                    and do not read
//   load MODE HOST PORT PATH CONNECTIONS
//     idle           opens them, prints "ready", holds them until standard
//                    input ends. Pings are answered
//     socketio-idle  the same, each connected to the namespace "/"
//     subscribed-idle, stomp-subscribed-idle
//                    the same, each logged in and subscribed to one routing key
//
// After a second of warming up it measures for SECONDS. Every line of output is
// "name value": see meter.h; of an echo with window 1 and of what is paced
// also the latency of the 50th and 99th percentile. Exit status 1 with a reason
// on standard error when a connection fails or what comes is not what should.
#include <arpa/inet.h>

#include <map>

#include "modes.h"

namespace {

size_t Number(const char* text) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (*text == '\0' || *end != '\0') Fail(std::string("not a number: ") + text);
  return value;
}

Target TargetOf(char** argv) {
  Target target;
  target.host = argv[2];
  target.path = argv[4];
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(static_cast<uint16_t>(Number(argv[3])));
  if (inet_pton(AF_INET, argv[2], &target.address.sin_addr) != 1 ||
      std::strncmp(argv[2], "127.", 4) != 0)
    Fail("only loopback addresses (127.0.0.0/8) are loaded");
  return target;
}

// Null: not an idle mode.
const Before* BeforeOf(std::string_view mode) {
  static const std::map<std::string_view, Before> kModes{
      {"idle", Before::kNothing},
      {"socketio-idle", Before::kSocketIo},
      {"subscribed-idle", Before::kSubscribe},
      {"stomp-subscribed-idle", Before::kStompSubscribe}};
  const auto found = kModes.find(mode);
  return found == kModes.end() ? nullptr : &found->second;
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view mode = argc > 1 ? argv[1] : "";
  const Before* idle = BeforeOf(mode);
  if (argc < (idle != nullptr ? 6 : 8)) Fail("see the head of load.cc");
  const Target target = TargetOf(argv);
  const size_t connections = Number(argv[5]);
  if (idle != nullptr) {
    Idle(target, connections, *idle);
    return 0;
  }
  const Load load{connections, Number(argv[6]),
                  static_cast<unsigned>(Number(argv[7]))};
  Meter meter(std::vector<std::string>(argv + 8, argv + argc));
  constexpr std::string_view kStomp = "stomp-";
  const bool stomp = mode.substr(0, kStomp.size()) == kStomp;
  if (stomp) mode.remove_prefix(kStomp.size());
  std::string_view slow;
  for (const std::string_view policy : {"close", "drop_oldest", "conflate"}) {
    if (mode.starts_with(policy)) slow = policy;
  }
  if (!slow.empty()) mode.remove_prefix(slow.size() + 1);
  if (!stomp && (mode == "echo" || mode == "socketio-echo")) {
    Echo(target, load, mode == "socketio-echo", std::move(meter));
  } else if (!stomp && mode == "broadcast") {
    Broadcast(target, load, std::move(meter));
  } else if (!stomp && mode == "polling") {
    Polling(target, load, std::move(meter));
  } else if (mode == "fanout" || mode == "fanout-paced") {
    Fanout(target, load, stomp, mode == "fanout-paced", slow, std::move(meter));
  } else if (mode == "confirmed") {
    Confirmed(target, load, stomp, std::move(meter));
  } else if (mode == "logins") {
    LogIns(target, load, stomp, std::move(meter));
  } else {
    Fail("see the head of load.cc");
  }
  return 0;
}
