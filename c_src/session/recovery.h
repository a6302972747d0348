// SPDX-License-Identifier: MPL-2.0
// Connection state recovery (Socket.IO since 4.6): a session whose client was
// lost waits for it, with its process, its rooms and what it missed.
//
// A connect is answered with a secret (pid), and each event that wants no
// acknowledgement ends with an offset. A client that comes back says both.
#ifndef RABBIT_SOCKS_SESSION_RECOVERY_H_
#define RABBIT_SOCKS_SESSION_RECOVERY_H_

#include <memory>
#include <string>

#include "base/bytes.h"
#include "framing/packet_codec.h"
#include "session/rendered.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// A text that no other event of this edge has for offset.
std::string NextOffset(Tables& t);

// The session is open: it can be recovered, if its listener says so and its
// client knows how. Its pid, or empty.
void MakeRecoverable(Tables& t, Session* s);
// What was sent, or would have been.
void Remember(Session* s, std::shared_ptr<const Rendered> sent);
// The client is lost. False: the session cannot be recovered.
bool GoAway(Tables& t, Session* s);
// The time is over, or the session ends otherwise: it cannot come back.
void ForgetRecovery(Tables& t, Session* s);

// The connect of a client that has lost a session: that session is its own
// again, and what was missed is sent. False: it is to get a new one.
bool Recover(Tables& t, Client* k, const framing::SocketPacket& connect);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_RECOVERY_H_
