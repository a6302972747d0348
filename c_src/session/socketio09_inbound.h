// SPDX-License-Identifier: MPL-2.0
// What clients of Socket.IO 0.7 to 0.9 send, by POST or WebSocket.
//
// Such a client asks for a namespace and sends to it in one breath. On a
// WebSocket the second message waits until the node has answered for the first
// (Tables::HasCredit); of one payload the rest is held.
#ifndef RABBIT_SOCKS_SESSION_SOCKETIO09_INBOUND_H_
#define RABBIT_SOCKS_SESSION_SOCKETIO09_INBOUND_H_

#include "base/bytes.h"
#include "base/result.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Credit is there for a POST. `c` may be dead after the call if it was relayed.
void TakePost09(Tables& t, Client* k, Connection* c);
// One message of its WebSocket. A fault is a close code; `k` may be dead after
// the call, but not after a fault.
base::Fault TakeMessage09(Tables& t, Client* k, base::Bytes message);
// The node has answered for a namespace: takes what was held because of it, up
// to the next one that it is to answer for. `k` may be dead after the call.
void TakeHeld09(Tables& t, Client* k);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SOCKETIO09_INBOUND_H_
