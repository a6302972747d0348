// SPDX-License-Identifier: MPL-2.0
// The node asks how far the edge is with a session: the answer comes when what
// was sent before has been offered to the kernel and no more than the soft
// limit is left of it. So who sends much sends a piece, asks, and goes on when
// it is answered, however late the edge reads the link.
#ifndef RABBIT_SOCKS_SESSION_SYNCING_H_
#define RABBIT_SOCKS_SESSION_SYNCING_H_

#include <cstdint>

#include "session/tables.h"

namespace rabbit_socks::session {

void AskSync(Tables& t, const Session& s, uint64_t number);
// The session is no longer congested or away: one that waits for that is looked
// at again.
void SyncAgain(Tables& t, const Session& s);
// The end of a turn: answers what can be answered.
void AnswerSyncs(Tables& t);
// To be called before a session is forgotten.
void ForgetSync(Tables& t, const Session& s);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SYNCING_H_
