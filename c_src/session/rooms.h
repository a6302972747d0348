// SPDX-License-Identifier: MPL-2.0
// Rooms: named groups of sessions, of whatever listener, namespace and
// generation. A room is there while it has members.
#ifndef RABBIT_SOCKS_SESSION_ROOMS_H_
#define RABBIT_SOCKS_SESSION_ROOMS_H_

#include "base/bytes.h"
#include "base/message.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Nothing happens to one that is in already.
void JoinRoom(Tables& t, Session* s, base::Bytes name, base::SlowPolicy slow);
// What is held of the room for the session is dropped.
void LeaveRoom(Tables& t, Session* s, base::Bytes name);
// To be called before a session is forgotten.
void LeaveAllRooms(Tables& t, Session* s);

// Sends the message to each session of the audience, once, or holds it for one
// that is slow: see holding.h. A session whose client is too slow, or whose
// protocol cannot carry it, ends as with SendMessage.
void BroadcastMessage(Tables& t, const base::Audience& audience,
                      const base::Message& message);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ROOMS_H_
