// SPDX-License-Identifier: MPL-2.0
#include "server/core.h"

#include <utility>

namespace rabbit_socks::server {

Core::Core(net::Loop* owner, uint32_t max_connections)
    : loop(owner),
      hub(&outbox, owner->Now(), max_connections),
      lifecycle(owner->Now()),
      sockets_(owner),
      drain_(&connections, &sockets_, &writer) {}

void Core::Drain(base::Time now) {
  while (!outbox.empty()) {
    drain_.Run(&outbox, &ended_relays_);
    const std::vector<base::ConnectionId> gone =
        std::exchange(ended_relays_, {});
    for (const base::ConnectionId id : gone) hub.Disconnected(id, now);
  }
}

void Core::Note(Level level, base::Bytes text) {
  writer.Log(static_cast<uint16_t>(level), text);
}

void Core::Die(base::Bytes why) {
  if (ended) return;
  Log(Level::kError, why);
  exit_code = 1;
  Exit();
}

void Core::Exit() {
  ended = true;
  loop->Stop();
}

}  // namespace rabbit_socks::server
