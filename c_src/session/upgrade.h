// SPDX-License-Identifier: MPL-2.0
// The opening handshake: from an upgrade request, through the node's accept, to
// the first frame.
#ifndef RABBIT_SOCKS_SESSION_UPGRADE_H_
#define RABBIT_SOCKS_SESSION_UPGRADE_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// True when the request asks to become a WebSocket (of any draft).
bool IsWebSocketUpgrade(const http::Request& request);

// Reads c's request as an upgrade into c->upgrade; `subprotocols`: what the
// route offers, null for Socket.IO, which has none. False: a fault has been
// answered, and `c` is dead if it was relayed.
bool ReadUpgrade(Tables& t, Connection* c,
                 const std::vector<std::string>* subprotocols);

// c's request is an upgrade for `target`, a bare WebSocket or one of Socket.IO
// 0.6: asks the node for a session, or answers a fault. `c` is dead after a
// fault if it was relayed.
void StartUpgrade(Tables& t, Connection* c, Target target);

// The upgrade is let in: the codec exists after the call, so that messages can
// be sent; the 101 is written, or asked of the broker for a relayed connection.
void AcceptUpgrade(Tables& t, Connection* c, websocket::Fields extra);
// The handshake's end may be reached: call once what the accept itself sends is
// queued, and when bytes of hixie-76's key3 arrive. Returns how many bytes were
// used.
size_t ContinueHandshake(Tables& t, Connection* c, base::Bytes bytes);
// The broker has written the 101 of a relayed connection.
void SwitchedByBroker(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_UPGRADE_H_
