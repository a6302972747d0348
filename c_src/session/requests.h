// SPDX-License-Identifier: MPL-2.0
// Bytes of a connection to requests, and requests to whom they are for.
#ifndef RABBIT_SOCKS_SESSION_REQUESTS_H_
#define RABBIT_SOCKS_SESSION_REQUESTS_H_

#include <cstddef>
#include <span>

#include "session/tables.h"

namespace rabbit_socks::session {

// Bytes of a connection in any phase. What cannot be used yet is kept, bounded,
// with reading paused. `c` may be dead after the call if it was relayed.
void UseBytes(Tables& t, Connection* c, std::span<char> bytes);

// Takes up the input that was kept; resumes reading when there is room.
void UseKeptInput(Tables& t, Connection* c);

// c's request is whole. `c` may be dead after the call if it was relayed.
void HandleRequest(Tables& t, Connection* c);
// The same once more: nobody else has answered it.
void HandleRequestHere(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_REQUESTS_H_
