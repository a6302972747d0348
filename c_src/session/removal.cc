// SPDX-License-Identifier: MPL-2.0
#include "session/removal.h"

#include <string>
#include <vector>

#include "session/answer.h"
#include "session/closing.h"
#include "session/forwarding.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

// The ids of what `is` is true of: closing changes the tables.
template <class Id, class T, class Is>
std::vector<Id> Collect(const base::SlotMap<T, Id>& table, Is&& is) {
  std::vector<Id> ids;
  table.For([&](Id id, const T& x) {
    if (is(x)) ids.push_back(id);
  });
  return ids;
}

constexpr size_t kAll = ~size_t{0};

// Clients, and sessions without one: at most so many.
template <class Of>
size_t CloseSome(Tables& t, uint16_t code, Bytes reason, size_t most, Of&& of) {
  size_t closed = 0;
  for (const base::ClientId id :
       Collect(t.clients, [&](const Client& k) { return of(k.listener); })) {
    if (closed == most) return closed;
    Client* k = t.FindClient(id);
    // One that lingers is closed already, unless there is no more time.
    if (k == nullptr || (most != kAll && k->state == Client::State::kLingering))
      continue;
    CloseClient(t, k, code, reason);
    ++closed;
  }
  for (const base::SessionId id : Collect(t.sessions, [&](const Session& s) {
         return !s.client && of(s.listener);
       })) {
    if (closed == most) return closed;
    if (Session* s = t.FindSession(id)) CloseSession(t, s, code, reason);
    ++closed;
  }
  return closed;
}

template <class Of>
void CloseWhat(Tables& t, uint16_t code, Bytes reason, Of&& of) {
  CloseSome(t, code, reason, kAll, of);
  for (const base::ConnectionId id :
       Collect(t.connections, [&](const Connection& c) {
         return of(c.listener) && c.phase == Phase::kForwarded;
       })) {
    if (Connection* c = t.FindConnection(id)) GiveUpForward(t, c);
  }
  for (const base::ConnectionId id :
       Collect(t.connections, [&](const Connection& c) {
         return of(c.listener) && c.phase == Phase::kHttp &&
                c.awaited == http::Parser::Phase::kIdle;
       })) {
    if (Connection* c = t.FindConnection(id)) FinishConnection(t, c);
  }
}

size_t Count(const Tables& t, base::ListenerId listener) {
  size_t count = 0;
  t.clients.For([&](base::ClientId, const Client& k) {
    if (k.listener == listener) ++count;
  });
  t.sessions.For([&](base::SessionId, const Session& s) {
    if (!s.client && s.listener == listener) ++count;
  });
  return count;
}

}  // namespace

void CloseListener(Tables& t, base::ListenerId listener, uint16_t code,
                   Bytes reason) {
  CloseWhat(t, code, reason,
            [&](base::ListenerId id) { return id == listener; });
}

void LeaveListener(Tables& t, base::ListenerId listener, uint16_t code,
                   Bytes reason, base::Time window) {
  const auto found = t.listeners.find(listener);
  if (found == t.listeners.end()) return;
  found->second.leaving = Listener::Leaving{code, std::string(reason), t.now,
                                            t.now + window, Count(t, listener)};
}

void CloseLeaving(Tables& t) {
  for (auto next = t.listeners.begin(); next != t.listeners.end();) {
    const auto here = next++;
    if (!here->second.leaving) continue;
    const base::ListenerId id = here->first;
    Listener::Leaving& leaving = *here->second.leaving;
    if (t.now >= leaving.until) {
      CloseListener(t, id, leaving.code, leaving.reason);
      t.listeners.erase(here);
      continue;
    }
    const size_t due =
        leaving.all * (t.now - leaving.since) / (leaving.until - leaving.since);
    if (due > leaving.closed)
      leaving.closed +=
          CloseSome(t, leaving.code, leaving.reason, due - leaving.closed,
                    [id](base::ListenerId of) { return of == id; });
  }
}

void CloseEverything(Tables& t, uint16_t code, Bytes reason) {
  CloseWhat(t, code, reason, [](base::ListenerId) { return true; });
}

}  // namespace rabbit_socks::session
