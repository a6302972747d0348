// SPDX-License-Identifier: MPL-2.0
// Socket.IO 0.6: "~m~<n>~m~<text>" any number of times, n in UTF-16 code units
// as JavaScript counts. A text that starts with "~h~" is a heartbeat, with
// "~j~" JSON.
#ifndef RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_
#define RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/codec.h"

namespace rabbit_socks::framing {

class SocketIo06Codec final : public Codec {
 public:
  base::Fault Decode(base::Bytes payload, const Limits& limits,
                     PacketSink* sink) const override;
  base::Fault DecodeForm(base::Bytes payload, const Limits& limits,
                         PacketSink* sink) const override;
  // REQUIRES: packet.data is UTF-8
  void Append(const Packet& packet, std::string* payload) const override;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_SOCKETIO_06_H_
