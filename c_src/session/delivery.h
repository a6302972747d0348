// SPDX-License-Identifier: MPL-2.0
// Messages to the node, each at the cost of credit. What a client's message is
// to the callback module, a frame or an event, is decided here: "Messages" in
// docs/PORT_PROTOCOL.md.
#ifndef RABBIT_SOCKS_SESSION_DELIVERY_H_
#define RABBIT_SOCKS_SESSION_DELIVERY_H_

#include <cstddef>

#include "base/bytes.h"
#include "framing/codec.h"
#include "framing/packet_codec.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// A message of a bare WebSocket or a bare Engine.IO. False: the credit is used
// up.
bool DeliverFrame(Tables& t, Session* s, base::Payload payload,
                  base::Bytes data);
// A message or JSON of 0.6.
void DeliverPacket06(Tables& t, Session* s, const framing::Packet& packet);
// An event, acknowledgement, message or JSON with its attachments in place, of
// `size` bytes. An event that wants an acknowledgement which the callback
// module cannot give gets it at once. *packet is used up.
void DeliverSocketPacket(Tables& t, Session* s, framing::SocketPacket* packet,
                         size_t size);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_DELIVERY_H_
