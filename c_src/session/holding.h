// SPDX-License-Identifier: MPL-2.0
// Broadcasts for sessions that read too slowly, where the room was joined with
// a policy that drops: they are held in the session's backlog instead of its
// connection's send queue, and go on as the client takes what is queued.
//
// Backlog and queue together stay within the hard limit (L9). Order within a
// room is kept; what a callback module sends to the session alone overtakes.
#ifndef RABBIT_SOCKS_SESSION_HOLDING_H_
#define RABBIT_SOCKS_SESSION_HOLDING_H_

#include <memory>

#include "base/message.h"
#include "session/rendered.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// By which of its rooms a broadcast is held for the session now; null: it is to
// be sent.
const Session::Membership* HeldBy(const Session& s,
                                  const base::Audience& audience);
void Hold(Tables& t, Session* s, const Session::Membership& by,
          std::shared_ptr<const Rendered> message,
          const base::Audience& audience);

// The session's client has taken what was queued: what is held goes on, when
// the step ends.
void NoteTaken(Tables& t, const Session& s);
// Of all that were noted: sends as much as the soft limit allows, and says to
// the node what was dropped. To be called at the end of a step; may end
// sessions.
void SendHeld(Tables& t);

// The session is about to go away: what is held for it counts as sent, so that
// its client gets it when it comes back.
void RememberHeld(Tables& t, Session* s);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_HOLDING_H_
