// SPDX-License-Identifier: MPL-2.0
#include <unistd.h>

#include <array>
#include <cstdio>

#include "dialect.h"
#include "modes.h"

void Idle(const Target& target, size_t connections, Before before) {
  Crowd crowd(target, connections);
  const Dialect dialect(before == Before::kStompSubscribe);
  if (before == Before::kSocketIo) {
    ConnectNamespaces(&crowd);
  } else if (before != Before::kNothing) {
    dialect.LogIn(&crowd);
    dialect.Subscribe(&crowd);
  }
  std::printf("ready %zu\n", connections);
  std::fflush(stdout);
  constexpr uint64_t kInput = ~uint64_t{0};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kInput;
  epoll_ctl(crowd.poll(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
  for (;;) {
    std::array<epoll_event, 64> events;
    const int ready = epoll_wait(crowd.poll(), events.data(),
                                 static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const uint64_t which = events[static_cast<size_t>(i)].data.u64;
      if (which == kInput) return;
      Connection& c = crowd.connections()[which];
      c.Read([&](std::string_view text) {
        if (before != Before::kNothing) TakesEnginePacket(&c, text);
      });
      c.Flush();
    }
  }
}
