// SPDX-License-Identifier: MPL-2.0
// Connection state recovery (Socket.IO since 4.6): a session whose client was
// lost waits for it, with its process, its rooms and what it missed.
//
// A connect is answered with a secret (pid), and each event that wants no
// acknowledgement ends with an offset. A client that comes back says both.
//
// Where the callback module resumes (Route::resumes) the offset holds its
// position, too: "N.position", or ".position" where sessions do not wait. A
// client that is not known any more is a new one, and the module gets its
// word by the connect's own data.
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
// The offset of the session's next event; empty: it has none.
std::string OffsetFor(Tables& t, const Session& s);
// What the offsets of a broadcast do not tell.
bool HasPosition(const Session& s);
// What the module says of where its client is, from the next event on. A
// session whose client remembers nothing ignores it.
void SetPosition(Session* s, base::Bytes position);

// The session is open: it can be recovered, if its listener or its callback
// module says so and its client knows how.
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
