// SPDX-License-Identifier: MPL-2.0
// From the node to the client: messages in its generation, on its transport,
// within the send queue's limits (L9).
#ifndef RABBIT_SOCKS_SESSION_OUTBOUND_H_
#define RABBIT_SOCKS_SESSION_OUTBOUND_H_

#include <cstddef>

#include "base/message.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// A message of the callback module. Closes the session with 1003 when its
// protocol cannot carry the message and with 1013 when the queue is over the
// hard limit: `s` may be dead after the call.
void SendMessage(Tables& t, Session* s, const base::Message& message);

// What waits for the sessions of a client is `queued` bytes: congestion.
void NoteQueueOf(Tables& t, const Client& k, size_t queued);

// The kernel has `queued` bytes of c still to take: congestion, drained, held
// pongs.
void NoteQueued(Tables& t, Connection* c, size_t queued);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_OUTBOUND_H_
