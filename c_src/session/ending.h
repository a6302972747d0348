// SPDX-License-Identifier: MPL-2.0
// The end of a WebSocket that its client wanted, or brought about: the node may
// still answer what came before.
#ifndef RABBIT_SOCKS_SESSION_ENDING_H_
#define RABBIT_SOCKS_SESSION_ENDING_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// The client's WebSocket closed, or broke a rule: `answer` is what our close
// frame says. What came before is answered first: the node is told, and the
// frame is sent when the node has confirmed the end (CompleteEnding), at the
// latest after close_timeout. `c` may be dead after the call if it was relayed.
void EndWebSocket(Tables& t, Connection* c, uint16_t code, base::Bytes reason,
                  base::Fault answer);

// The node has answered all that came before for one session of c in phase
// kEnding. `s` is dead after the call.
void ConfirmEnding(Tables& t, Session* s);
// The node has answered all that came before, or will not.
void CompleteEnding(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ENDING_H_
