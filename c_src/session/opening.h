// SPDX-License-Identifier: MPL-2.0
// New clients and sessions, and the question to the node.
#ifndef RABBIT_SOCKS_SESSION_OPENING_H_
#define RABBIT_SOCKS_SESSION_OPENING_H_

#include "base/bytes.h"
#include "base/outbox.h"
#include "framing/generation.h"
#include "session/router.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// What the node is told of c's request. `row` null: a bare WebSocket. Takes the
// target's path.
base::OpenInfo InfoOf(Connection* c, Target* target, const transport::Row* row,
                      const char* protocol, base::Bytes subprotocol,
                      const framing::Generation* generation);

// Whether c's request may open a client. If not, it is answered: 503, as the
// listener has max_clients of them.
bool MayOpenClient(Tables& t, Connection* c);
// A client that came with c's request, without a session or a name yet. Its
// transport is `row`.
Client* AddClient(Tables& t, Connection* c, uint32_t route,
                  const transport::Row* row,
                  const framing::Generation& generation);
// A client whose request waits for the node's answer: adds it and its session,
// and asks. `c` waits in kOpening.
void OpenClient(Tables& t, Connection* c, Target target,
                const framing::Generation& generation, const char* protocol);
// A name, and the client is in.
void NameClient(Tables& t, Client* k);

// The session of a bare WebSocket, or one more of a client.
Session* AddSession(Tables& t, Connection* c, uint32_t route);
Session* AddSession(Tables& t, Client* k);
// The node has open_timeout to answer.
void AskNode(Tables& t, Session* s, base::OpenInfo info);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_OPENING_H_
