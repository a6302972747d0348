// SPDX-License-Identifier: MPL-2.0
// The end of a listener, or of all of them.
#ifndef RABBIT_SOCKS_SESSION_REMOVAL_H_
#define RABBIT_SOCKS_SESSION_REMOVAL_H_

#include <cstdint>

#include "base/bytes.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Closes the sessions of a listener with the code, and its other connections
// when they are idle.
void CloseListener(Tables& t, base::ListenerId listener, uint16_t code,
                   base::Bytes reason);
// The same, spread over a window: nothing happens now. Who leaves meanwhile is
// not made up for.
void LeaveListener(Tables& t, base::ListenerId listener, uint16_t code,
                   base::Bytes reason, base::Time window);
// At each tick: closes as many as are due, and forgets listeners whose window
// has passed.
void CloseLeaving(Tables& t);
// The same as CloseListener for every listener.
void CloseEverything(Tables& t, uint16_t code, base::Bytes reason);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_REMOVAL_H_
