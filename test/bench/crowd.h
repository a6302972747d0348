// SPDX-License-Identifier: MPL-2.0
// Many WebSocket clients of one server, in one thread.
#ifndef RABBIT_SOCKS_TEST_BENCH_CROWD_H_
#define RABBIT_SOCKS_TEST_BENCH_CROWD_H_

#include <netinet/in.h>
#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"

struct Target {
  sockaddr_in address{};
  std::string host, path;
};

// A connected socket; blocking: what is measured begins when all are open.
// `narrow`: with small segments and a small window, so that the kernel takes
// little on its behalf.
int Connect(const Target& target, bool narrow = false);

class Crowd {
 public:
  Crowd(const Target& target, size_t size, bool narrow = false);
  // Resets what is open: no port waits for the end of its connection.
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  std::vector<Connection>& connections() { return connections_; }
  int poll() const { return poll_; }

  // Waits for something to read, but no longer than this, and calls
  // on_text(Connection&, text) for each message.
  template <class F>
  void Turn(F&& on_text, int timeout_ms = 100) {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(poll_, events.data(),
                                 static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < ready; ++i) {
      Connection& c = connections_[events[static_cast<size_t>(i)].data.u64];
      c.Read([&](std::string_view text) { on_text(c, text); });
      c.Flush();
    }
  }

 private:
  int poll_;
  std::vector<Connection> connections_;
};

// Socket.IO 4 (Engine.IO 4) on the crowd's connections.
//
// Takes what is not a message of the namespace: answers a ping. False: it is
// for the caller.
bool TakesEnginePacket(Connection* c, std::string_view text);
// Connects each to the namespace "/", with this JSON as its auth;
// Target::path must ask for WebSocket.
void ConnectNamespaces(Crowd* crowd, std::string_view auth = "");
// Sends `text` on each and waits until each has got what begins with
// `answer`.
void AskAll(Crowd* crowd, std::string_view text, std::string_view answer);

#endif  // RABBIT_SOCKS_TEST_BENCH_CROWD_H_
