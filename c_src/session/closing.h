// SPDX-License-Identifier: MPL-2.0
// Ending sessions and clients: the node is told once, and the client in the way
// of its transport.
#ifndef RABBIT_SOCKS_SESSION_CLOSING_H_
#define RABBIT_SOCKS_SESSION_CLOSING_H_

#include <cstdint>

#include "base/bytes.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// The session is over for the node: says so (when it has an owner) and forgets
// it. Its client and connection are not touched. `s` is dead after the call.
void EndSession(Tables& t, Session* s, uint16_t code, base::Bytes reason);
// The same for each session of a client, and the client is forgotten. `k` is
// dead after the call.
void EndClient(Tables& t, Client* k, uint16_t code, base::Bytes reason);
// The same for whatever `c` has.
void EndSessionsOf(Tables& t, Connection* c, uint16_t code, base::Bytes reason);

// We end the session: close handshake on a WebSocket. One of a Socket.IO client
// ends with the client. `s` is dead after the call.
void CloseSession(Tables& t, Session* s, uint16_t code, base::Bytes reason);
// We end the client: close handshake, end of the stream, 404 to a waiting poll;
// one that polls and has something queued lingers until a last poll has fetched
// it. Its sessions are dead after the call, and `k` is dead or lingering.
void CloseClient(Tables& t, Client* k, uint16_t code, base::Bytes reason);

// The same without lingering. `k` is dead after the call.
void CloseAtOnce(Tables& t, Client* k, uint16_t code, base::Bytes reason);

// Sends a close frame and waits for the peer's, at most close_timeout.
void StartCloseHandshake(Tables& t, Connection* c, uint16_t code,
                         base::Bytes reason);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_CLOSING_H_
