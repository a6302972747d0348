// SPDX-License-Identifier: MPL-2.0
// From the node to the client: messages in its generation, on its transport,
// within the send queue's limits (L9).
#ifndef RABBIT_SOCKS_SESSION_OUTBOUND_H_
#define RABBIT_SOCKS_SESSION_OUTBOUND_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "base/message.h"
#include "session/rendered.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// A message of the callback module. Closes the session with 1003 when its
// protocol cannot carry the message and with 1013 when the queue is over the
// hard limit: `s` may be dead after the call.
void SendMessage(Tables& t, Session* s, const base::Message& message);

// The message as the session's client is to get it.
std::shared_ptr<const Rendered> RenderFor(Tables& t, const Session& s,
                                          const base::Message& message);

// Whether messages of the callback module are for anybody.
bool TakesMessages(const Session& s);
// The same as SendMessage for one that is rendered. `send_on` writes it on a
// WebSocket, which has the client or, for a bare one, null; false: the draft
// cannot carry it.
using SendOn = std::function<bool(Client*, Connection*)>;
void SendRendered(Tables& t, Session* s,
                  const std::shared_ptr<const Rendered>& rendered,
                  const SendOn& send_on);
// The same where nothing is shared with other sessions.
void SendRendered(Tables& t, Session* s,
                  const std::shared_ptr<const Rendered>& rendered);

// Bytes that wait for the session's client.
size_t QueuedFor(const Tables& t, const Session& s);
// What waits for the sessions of a client is `queued` bytes: congestion.
void NoteQueueOf(Tables& t, const Client& k, size_t queued);

// The kernel has `queued` bytes of c still to take: congestion, drained, held
// pongs.
void NoteQueued(Tables& t, Connection* c, size_t queued);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_OUTBOUND_H_
