// SPDX-License-Identifier: MPL-2.0
// The node's answer to a client that asked for a session.
#ifndef RABBIT_SOCKS_SESSION_ACCEPTING_H_
#define RABBIT_SOCKS_SESSION_ACCEPTING_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/value.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// REQUIRES of all: `s` is in kOpening.

// The session is open: the handshake of its connection goes on, or its client
// is told that the namespace is connected.
void AcceptSession(Tables& t, Session* s, base::Bytes owner,
                   const websocket::Fields& headers);
// An HTTP answer, or an error packet for the namespace. `s` is dead after the
// call.
void RefuseSession(Tables& t, Session* s, uint16_t status, base::Bytes text,
                   const base::Value& data);
// The node has not answered in time. `s` is dead after the call.
void GiveUpSession(Tables& t, Session* s);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ACCEPTING_H_
