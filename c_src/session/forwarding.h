// SPDX-License-Identifier: MPL-2.0
// Requests that came to the wrong node of a cluster: without sticky sessions a
// balancer sends those of one client now here, now there.
//
// A client's name ends with the tag of its node. A request with a name that is
// well-formed and ends otherwise is given to the node, to be answered where the
// client is; its connection waits meanwhile, in phase kForwarded. When nobody
// answers (there is no such node, or no such client, or it takes too long) the
// request is judged here, once more and for good: as one with an unknown name.
//
// WebSockets and endless answers are not forwarded.
#ifndef RABBIT_SOCKS_SESSION_FORWARDING_H_
#define RABBIT_SOCKS_SESSION_FORWARDING_H_

#include <cstdint>

#include "base/bytes.h"
#include "http/response.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// c's request is for a client `name` that is not known here. True: it went to
// another node, or too many are there and c is answered. `c` may be dead then
// if it was relayed.
bool ForwardRequest(Tables& t, Connection* c, base::Bytes name);

// The connection that waits for it; null: it no longer does.
Connection* FindForward(Tables& t, uint64_t ref);

// All of them: `c` may be dead after the call if it was relayed.
void AnswerForward(Tables& t, Connection* c, const http::Response& response);
// Nobody else answers it.
void TakeForwardBack(Tables& t, Connection* c);
// Nobody else is to answer it.
void GiveUpForward(Tables& t, Connection* c);
// c's deadline has come.
void ForwardDue(Tables& t, Connection* c);

// Nobody is to answer it: the client is gone.
void WithdrawForward(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_FORWARDING_H_
