// SPDX-License-Identifier: MPL-2.0
// The peer leaves: half way (FIN) or for good.
#ifndef RABBIT_SOCKS_SESSION_LEAVING_H_
#define RABBIT_SOCKS_SESSION_LEAVING_H_

#include "session/tables.h"

namespace rabbit_socks::session {

// The connection serves no session any more: ends the one that lives and dies
// with it, frees the one that only borrowed it for a request.
void LeaveSession(Tables& t, Connection* c);

// The peer will send no more and everything it sent has been used.
void EndOfInput(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_LEAVING_H_
