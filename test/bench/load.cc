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
//   load MODE HOST PORT PATH CONNECTIONS
//     idle           opens them, prints "ready", holds them until standard
//                    input ends. Pings are answered
//     socketio-idle  the same, each connected to the namespace "/"
//
// After a second of warming up it measures for SECONDS. Every line of output is
// "name value": see meter.h; of an echo with window 1 also the latency of the
// 50th and 99th percentile. Exit status 1 with a reason on standard error when
// a connection fails or what comes is not what should.
#include <arpa/inet.h>

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

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const bool idle = mode == "idle" || mode == "socketio-idle";
  if (argc < (idle ? 6 : 8)) Fail("see the head of load.cc");
  const Target target = TargetOf(argv);
  const size_t connections = Number(argv[5]);
  if (idle) {
    Idle(target, connections, mode == "socketio-idle");
    return 0;
  }
  const Load load{connections, Number(argv[6]),
                  static_cast<unsigned>(Number(argv[7]))};
  Meter meter(std::vector<std::string>(argv + 8, argv + argc));
  if (mode == "echo" || mode == "socketio-echo") {
    Echo(target, load, mode == "socketio-echo", std::move(meter));
  } else if (mode == "broadcast") {
    Broadcast(target, load, std::move(meter));
  } else if (mode == "polling") {
    Polling(target, load, std::move(meter));
  } else {
    Fail("see the head of load.cc");
  }
  return 0;
}
