// SPDX-License-Identifier: MPL-2.0
// Packets to a Socket.IO client, on whatever transport it has.
#ifndef RABBIT_SOCKS_SESSION_WIRE_H_
#define RABBIT_SOCKS_SESSION_WIRE_H_

#include <string>

#include "base/bytes.h"
#include "framing/codec.h"
#include "framing/engine_packet.h"
#include "framing/packet_codec.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// One message of a WebSocket. False: the draft cannot carry it.
bool SendOnWebSocket(Tables& t, Connection* c, base::Payload payload,
                     base::Bytes data);

// The field's value for the handshake of a client with a name. REQUIRES: the
// listener has a cookie
std::string CookieOf(const Client& k);

// A packet of the client's wire (packet_queue.h says what that is). What goes
// to a poll is sent by FlushPolls. False: the client's protocol cannot carry
// it.
bool SendPacket(Tables& t, Client* k, const framing::EnginePacket& packet);
// A packet of 0.6: a message, a heartbeat.
bool SendFrame06(Tables& t, Client* k, const framing::Packet& packet);
// A packet of the client's namespaces, with its attachments.
bool SendSocketPacket(Tables& t, Client* k,
                      const framing::SocketPacket& packet);
// The same to a session's client, or to its bare WebSocket. REQUIRES: its
// generation has packets
bool SendSocketPacket(Tables& t, const Session& s,
                      const framing::SocketPacket& packet);

// Answers the poll, or the request that opens the client, with the queue.
// REQUIRES: `c` is such a request of `k`, which is on a polling transport
void AnswerPoll(Tables& t, Client* k, Connection* c);
// What waits for a client of 0.9, as one payload.
std::string QueuedPayload09(const PacketQueue& queue);
// Answers the waiting polls for which something has come since.
void FlushPolls(Tables& t);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_WIRE_H_
