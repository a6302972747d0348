// SPDX-License-Identifier: MPL-2.0
// The opening handshake: from an upgrade request, through the node's accept, to
// the first frame.
#ifndef RABBIT_SOCKS_SESSION_UPGRADE_H_
#define RABBIT_SOCKS_SESSION_UPGRADE_H_

#include <cstddef>
#include <span>

#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// True when the request asks to become a WebSocket (of any draft).
bool IsWebSocketUpgrade(const http::Request& request);

// c's request is an upgrade for `target`: asks the node for a session, or
// answers a fault. `c` is dead after a fault if it was relayed.
void StartUpgrade(Tables& t, Connection* c, Target target);

// Asks the node for a session on behalf of c's request; c waits in kOpening.
Session* OpenSession(Tables& t, Connection* c, Target target,
                     const transport::Row* row, const char* protocol,
                     base::Bytes subprotocol);

// The node accepted: the codec exists after the call, so that messages can be
// sent; the 101 is written, or asked of the broker for a relayed connection.
void AcceptUpgrade(Tables& t, Session* s, Connection* c,
                   websocket::Fields extra);
// The handshake's end may be reached: call once what the accept itself sends is
// queued, and when bytes of hixie-76's key3 arrive. Returns how many bytes were
// used.
size_t ContinueHandshake(Tables& t, Connection* c, base::Bytes bytes);
// The broker has written the 101 of a relayed connection.
void SwitchedByBroker(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_UPGRADE_H_
