// SPDX-License-Identifier: MPL-2.0
// The deadlines of a client of Engine.IO: heartbeats of either direction, the
// next poll, the first namespace, missing attachments, a probe.
//
// A client has one deadline in the wheel: the earliest of those.
#ifndef RABBIT_SOCKS_SESSION_ENGINE_TIMERS_H_
#define RABBIT_SOCKS_SESSION_ENGINE_TIMERS_H_

#include "base/result.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// All of these REQUIRE: `k` is a client of Engine.IO.

// The handshake has been answered.
void StartEngineTimers(Tables& t, Client* k);
// To be called after a change of any of them.
void ScheduleEngine(Tables& t, Client* k);

// A packet of the client has come: it lives, where it is the one that pings.
void NoteEnginePacket(Tables& t, Client* k);
// The pong of a client that we ping.
void NoteEnginePong(Tables& t, Client* k);
// A poll was answered: the next one is to come.
void AwaitEnginePoll(Tables& t, Client* k);

// The deadline has passed. `k` may be dead after the call.
void EngineDue(Tables& t, Client* k);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ENGINE_TIMERS_H_
