// SPDX-License-Identifier: MPL-2.0
// Packets of Engine.IO from a client, whatever transport they came on.
#ifndef RABBIT_SOCKS_SESSION_ENGINE_INBOUND_H_
#define RABBIT_SOCKS_SESSION_ENGINE_INBOUND_H_

#include "base/bytes.h"
#include "base/result.h"
#include "framing/engine_codec.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Each of these may end the client: `k` may be dead after the call. A fault is
// a close code for the client, which is then still there.

// The body of a POST.
base::Fault TakeEnginePayload(Tables& t, Client* k, base::Bytes body,
                              framing::EngineForm form);
// One message of its WebSocket.
base::Fault TakeEngineMessage(Tables& t, Client* k, base::Payload payload,
                              base::Bytes data);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ENGINE_INBOUND_H_
