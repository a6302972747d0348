// SPDX-License-Identifier: MPL-2.0
#include "session/admission.h"

#include <algorithm>
#include <cstdint>

namespace rabbit_socks::session {
namespace {

uint32_t MostConnections(const Tables& t, const Limits& limits) {
  return limits.max_connections == 0
             ? t.max_connections
             : std::min(limits.max_connections, t.max_connections);
}

}  // namespace

bool Admits(const Tables& t, const Listener& listener,
            const std::string& address) {
  const Limits& limits = listener.config->limits;
  const uint32_t most = MostConnections(t, limits);
  const uint32_t pending =
      limits.max_pending == 0 ? std::max(most / 10, 1U) : limits.max_pending;
  if (t.connections.size() >= t.max_connections ||
      listener.connections >= most || listener.pending >= pending)
    return false;
  if (limits.max_connections_per_address == 0) return true;
  const auto found = listener.by_address.find(address);
  return found == listener.by_address.end() ||
         found->second < limits.max_connections_per_address;
}

bool AdmitsClient(const Tables& t, const Connection& c) {
  const auto found = t.listeners.find(c.listener);
  if (found == t.listeners.end()) return true;
  const Limits& limits = found->second.config->limits;
  // As many as could be connected at once.
  const uint32_t most =
      limits.max_clients == 0 ? MostConnections(t, limits) : limits.max_clients;
  return found->second.clients < most;
}

}  // namespace rabbit_socks::session
