// SPDX-License-Identifier: MPL-2.0
// Requests of Socket.IO 0.7 to 0.9: the handshake, and transports that come
// and go while the client stays.
#ifndef RABBIT_SOCKS_SESSION_SOCKETIO09_REQUESTS_H_
#define RABBIT_SOCKS_SESSION_SOCKETIO09_REQUESTS_H_

#include "base/bytes.h"
#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// c's request is of such a client. `c` may be dead after the call if it was
// relayed.
void HandleSocketIo09(Tables& t, Connection* c, Target target);

// The node accepted, or refused, a client whose handshake waits.
void Accept09(Tables& t, Client* k, Connection* c);
void Refuse09(Tables& t, Connection* c, uint32_t route, uint16_t status);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SOCKETIO09_REQUESTS_H_
