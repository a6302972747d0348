// SPDX-License-Identifier: MPL-2.0
// From the client to the node: messages out of frames and payloads, within the
// session's credit.
#ifndef RABBIT_SOCKS_SESSION_INBOUND_H_
#define RABBIT_SOCKS_SESSION_INBOUND_H_

#include <cstddef>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Bytes of a connection in phase kWebSocket or kClosing. Returns how many were
// used: fewer than given when the session's credit ran out. `c` may be dead
// after the call if it was relayed.
size_t FeedWebSocket(Tables& t, Connection* c, std::span<char> bytes);

// A whole payload of a client of Socket.IO 0.6 that came in a POST or in one
// message of a WebSocket. All of its packets are taken, or none. A fault is a
// close code.
base::Fault TakePayload(Tables& t, Client* k, base::Bytes payload,
                        bool from_form);

// Gives credit back; input that waited for it is marked ready.
void GiveCredit(Tables& t, Session* s, uint32_t messages, uint32_t bytes);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_INBOUND_H_
