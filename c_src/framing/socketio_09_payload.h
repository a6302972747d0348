// SPDX-License-Identifier: MPL-2.0
// Polling payloads of Socket.IO 0.7 to 0.9: one packet bare, several each as
// U+FFFD <n> U+FFFD <packet>, n in UTF-16 units as JavaScript counts. On
// WebSocket a message is one bare packet.
//
// Decoding is all or nothing: the whole payload is checked before the first
// packet is reported (delivery promise DP6). Fault::code is the close code for
// the session: 1002 for framing, 1007 for text that is no UTF-8, 1009 for a
// limit (L12).
#ifndef RABBIT_SOCKS_FRAMING_SOCKETIO_09_PAYLOAD_H_
#define RABBIT_SOCKS_FRAMING_SOCKETIO_09_PAYLOAD_H_

#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/codec.h"

namespace rabbit_socks::framing {

class PayloadSink {
 public:
  virtual ~PayloadSink() = default;
  // A packet for SocketIo09(). The view lives through the call only. False:
  // drop the rest of the payload (the session has ended).
  virtual bool OnPacketText(base::Bytes packet) = 0;
};

// An empty payload has no packets.
base::Fault DecodePayload09(base::Bytes payload, const Limits& limits,
                            PayloadSink* sink);
// The same for the field "d" of jsonp-polling: a JSON string of the payload
// (clients since 0.8.6), else the payload itself, in which a form has turned
// "\n" into "\r\n" (clients before). No packet begins with a quotation mark, so
// one that ends badly is a fault.
base::Fault DecodeForm09(base::Bytes field, const Limits& limits,
                         PayloadSink* sink);
// REQUIRES: packets are UTF-8, and at least one
void AppendPayload09(std::span<const base::Bytes> packets,
                     std::string* payload);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_SOCKETIO_09_PAYLOAD_H_
