// SPDX-License-Identifier: MPL-2.0
#include "session/removal.h"

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

template <class Of>
void CloseWhat(Tables& t, uint16_t code, Bytes reason, Of&& of) {
  for (const base::ClientId id :
       Collect(t.clients, [&](const Client& k) { return of(k.listener); })) {
    if (Client* k = t.FindClient(id)) CloseClient(t, k, code, reason);
  }
  for (const base::SessionId id :
       Collect(t.sessions, [&](const Session& s) { return of(s.listener); })) {
    if (Session* s = t.FindSession(id)) CloseSession(t, s, code, reason);
  }
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

}  // namespace

void CloseListener(Tables& t, base::ListenerId listener, uint16_t code,
                   Bytes reason) {
  CloseWhat(t, code, reason,
            [&](base::ListenerId id) { return id == listener; });
}

void CloseEverything(Tables& t, uint16_t code, Bytes reason) {
  CloseWhat(t, code, reason, [](base::ListenerId) { return true; });
}

}  // namespace rabbit_socks::session
