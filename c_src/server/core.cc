// SPDX-License-Identifier: MPL-2.0
#include "server/core.h"

namespace rabbit_socks::server {

Core::Core(net::Loop* owner, uint32_t max_connections)
    : loop(owner),
      hub(&outbox, owner->Now(), max_connections),
      lifecycle(owner->Now()),
      sockets_(owner),
      drain_(&connections, &sockets_, &writer) {}

void Core::Drain(base::Time now) {
  while (!outbox.empty()) {
    const OutboxDrain::Aftermath after = drain_.Run(&outbox);
    for (const base::ConnectionId id : after.ended) hub.Disconnected(id, now);
    for (const base::SessionId id : after.oversized) {
      // One of the two: it is open or it is not yet.
      hub.Refuse(id, 413, "too large", {}, now);
      hub.Close(id, 1009, "too large", now);
    }
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
