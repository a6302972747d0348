// SPDX-License-Identifier: MPL-2.0
// rabbit-socks.json: events and acknowledgements for clients that have no
// library, each an object of JSON and one text message of a bare WebSocket.
//
//   {"event":<text>,"args":<list>,"id":<number>}
//   {"ack":<number>,"args":<list>}
//
// An id asks for an acknowledgement. What is missing or null is not there: no
// args are an empty list. An object with neither "event" nor "ack", or with
// both, is a fault; other members are ignored, so that there may be more one
// day. Bytes are {"$base64":<text>}, both ways: json_value.h.
#ifndef RABBIT_SOCKS_FRAMING_JSON_EVENTS_H_
#define RABBIT_SOCKS_FRAMING_JSON_EVENTS_H_

#include <string>
#include <vector>

#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

class JsonEventsCodec final : public PacketCodec {
 public:
  base::Fault Decode(base::Bytes text, const Limits& limits,
                     SocketPacket* packet) const override;
  void Append(const SocketPacket& packet, std::string* text,
              std::vector<base::Bytes>* attachments) const override;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_JSON_EVENTS_H_
