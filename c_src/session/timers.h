// SPDX-License-Identifier: MPL-2.0
// What happens when a deadline of a connection, client or session comes: one
// file holds all of them.
#ifndef RABBIT_SOCKS_SESSION_TIMERS_H_
#define RABBIT_SOCKS_SESSION_TIMERS_H_

#include "session/tables.h"

namespace rabbit_socks::session {

// Sets the deadline at which the silence of a bare WebSocket is looked at (L7).
void ScheduleLifeCheck(Tables& t, Connection* c);

// What has come of it waits for credit: its silence is ours, not its own.
bool IsUnread(const Tables& t, const Client& k);

// The deadline has passed. The argument may be dead after the call.
void ConnectionDue(Tables& t, Connection* c);
void ClientDue(Tables& t, Client* k);
void SessionDue(Tables& t, Session* s);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_TIMERS_H_
