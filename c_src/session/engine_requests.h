// SPDX-License-Identifier: MPL-2.0
// Requests of Engine.IO, protocols 3 and 4: handshakes, polls, POSTs, and the
// WebSockets of new clients and of those that want to upgrade.
#ifndef RABBIT_SOCKS_SESSION_ENGINE_REQUESTS_H_
#define RABBIT_SOCKS_SESSION_ENGINE_REQUESTS_H_

#include "base/bytes.h"
#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// c's request is for Engine.IO, bare or with Socket.IO. `c` may be dead after
// the call if it was relayed.
void HandleEngine(Tables& t, Connection* c, Target target);

// The node accepted, or refused, a client of bare Engine.IO.
void AcceptEngine(Tables& t, Client* k, Connection* c);
void RefuseEngine(Tables& t, Connection* c, uint32_t route, base::Bytes text);

// Credit is there for a POST. `c` may be dead after the call if it was relayed.
void TakeEnginePost(Tables& t, Client* k, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ENGINE_REQUESTS_H_
