// SPDX-License-Identifier: MPL-2.0
// Framing of Socket.IO 0.6: ~m~<length>~m~<text>, the length in UTF-16 units
// as JavaScript counts. A text that begins with ~h~ is a heartbeat, with ~j~
// JSON, any other a message. Nothing is escaped, only counted.
#ifndef RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_
#define RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_

#include <string>

#include "framing/codec.h"

namespace rabbit_socks::framing {

class SocketIo06Codec final : public Codec {
 public:
  base::Fault Decode(base::Bytes payload, const Limits& limits,
                     PacketSink* sink) const override;
  base::Fault DecodeForm(base::Bytes payload, const Limits& limits,
                         PacketSink* sink) const override;
  // A message that begins with ~h~ or ~j~ is another packet to the peer: the
  // protocol has no escape for it.
  void Append(const Packet& packet, std::string* payload) const override;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_
