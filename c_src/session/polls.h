// SPDX-License-Identifier: MPL-2.0
// Requests of Socket.IO 0.6 other than upgrades: a new session, a poll, a POST,
// an endless answer. And what all generations share: POSTs that wait.
#ifndef RABBIT_SOCKS_SESSION_POLLS_H_
#define RABBIT_SOCKS_SESSION_POLLS_H_

#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// c's request is for a polling or streaming transport; its origin has been
// judged. `c` may be dead after the call if it was relayed.
void HandleSocketIo(Tables& t, Connection* c, Target target);

// The node accepted a client that came with such a request: answers it with the
// session id.
void AcceptPolls(Tables& t, Client* k, Connection* c);

// Takes c's POST for the client, when there is credit for it. `c` may be dead
// after the call if it was relayed.
void HoldPost(Tables& t, Client* k, Connection* c);
// Credit came back: takes the POST that waited. `c` may be dead after the call
// if it was relayed.
void ResumePost(Tables& t, Connection* c);
// The POST waits no more.
void ForgetPost(Tables& t, const Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_POLLS_H_
