// SPDX-License-Identifier: MPL-2.0
// What a message of a callback module is to a client with namespaces and
// events: "Messages" in docs/PORT_PROTOCOL.md has the rules.
#ifndef RABBIT_SOCKS_SESSION_SOCKET_MESSAGE_H_
#define RABBIT_SOCKS_SESSION_SOCKET_MESSAGE_H_

#include <string>

#include "base/message.h"
#include "framing/generation.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::session {

// Overwrites *packet, for the namespace. False: the generation cannot carry it.
bool ToSocketPacket(const base::Message& message, const std::string& nsp,
                    const framing::Generation& generation,
                    framing::SocketPacket* packet);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_SOCKET_MESSAGE_H_
