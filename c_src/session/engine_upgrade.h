// SPDX-License-Identifier: MPL-2.0
// The handshake packet, and the way of a client from polling to a WebSocket:
// it tries one (a probe) while it polls on, and then moves.
#ifndef RABBIT_SOCKS_SESSION_ENGINE_UPGRADE_H_
#define RABBIT_SOCKS_SESSION_ENGINE_UPGRADE_H_

#include "base/bytes.h"
#include "session/tables.h"
#include "transport/engine_dress.h"

namespace rabbit_socks::session {

// Gives a new client what Engine.IO keeps of it.
void PrepareEngine(Tables& t, Client* k, const transport::EngineQuery& query);
void SendHandshake(Tables& t, Client* k);

// `c` is an upgrade for a client that is there. One that is on a WebSocket, or
// tries one, is not disturbed: the other WebSocket is opened and closed.
void StartProbe(Tables& t, Client* k, Connection* c,
                const transport::EngineQuery& query);
// A message of the probe. A fault is a close code for that WebSocket; the
// client polls on.
base::Fault TakeProbeMessage(Tables& t, Client* k, Connection* c,
                             base::Payload payload, base::Bytes data);
// Once its probe was answered the client waits for its poll before it goes on:
// one that has nothing else to bring is ended.
void EndProbedPoll(Tables& t, Client* k);
// The same for a poll that has come since then, but with pauses: a client that
// never hears our answer, since something on the way keeps it, polls on.
void TakeProbedPoll(Tables& t, Client* k);
// `c` tries nothing any more: a probe that ends before its client has moved to
// it has no client, which polls on. False: it was no probe.
bool ReleaseProbe(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ENGINE_UPGRADE_H_
