// SPDX-License-Identifier: MPL-2.0
// The namespaces of a Socket.IO client: each that it is connected to is one
// session.
#ifndef RABBIT_SOCKS_SESSION_NAMESPACES_H_
#define RABBIT_SOCKS_SESSION_NAMESPACES_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/value.h"
#include "framing/packet_codec.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Asks the node for a session in "/", for a client that is connected to it
// without asking.
void OpenDefaultNamespace(Tables& t, Client* k);

// The node has answered for a namespace of a client that is in: the client is
// told. `s` is dead after a refusal.
void NamespaceAccepted(Tables& t, Client* k, const Session& s);
void NamespaceRefused(Tables& t, Client* k, Session* s, base::Bytes text,
                      const base::Value& data);
// We end one namespace: the client is told, and stays; but one of 0.9 that is
// told so of "/" takes it for the end of all. `s` is dead after the call, and
// so may `k` be.
void DisconnectNamespace(Tables& t, Client* k, Session* s, uint16_t code,
                         base::Bytes reason);
// Tells the client that each of its namespaces is disconnected.
void TellDisconnected(Tables& t, Client* k);

// A packet of the client, with its attachments in place, of `size` bytes; it is
// used up. A fault is the close code for the client. `k` may be dead after the
// call.
base::Fault TakeSocketPacket(Tables& t, Client* k,
                             framing::SocketPacket* packet, size_t size);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_NAMESPACES_H_
