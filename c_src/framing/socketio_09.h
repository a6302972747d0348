// SPDX-License-Identifier: MPL-2.0
// Packets of Socket.IO 0.7 to 0.9 (protocol 1): <type>:[<id>[+]]:[<endpoint>]
// [:<data>]. How polling puts several into one payload: socketio_09_payload.h.
//
// What is no packet, or of an unknown type, or has data that its type cannot
// have, is read as a kNoop: the reference ignores it, and clients of other
// makers lived with that. So is an event named "disconnect". Faults are for
// limits, and for text that is no UTF-8.
//
// The endpoint "" is "/", of a kDisconnect "" (all of them). An event's
// arguments are a list, also where the client sent one that is none.
//
// The data of a kError is the number of its reason, or a list of that and the
// number of an advice. Of any other data, what a callback module says, no
// client of this generation could learn more than "unauthorized".
#ifndef RABBIT_SOCKS_FRAMING_SOCKETIO_09_H_
#define RABBIT_SOCKS_FRAMING_SOCKETIO_09_H_

#include <cstdint>
#include <string>
#include <vector>

#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

// Reasons of a kError.
inline constexpr int64_t kTransportNotSupported = 0;
inline constexpr int64_t kClientNotHandshaken = 1;
inline constexpr int64_t kUnauthorized = 2;
// Its only advice.
inline constexpr int64_t kReconnect = 0;

class SocketIo09Codec final : public PacketCodec {
 public:
  base::Fault Decode(base::Bytes text, const Limits& limits,
                     SocketPacket* packet) const override;
  // JSON has no place for bytes here, whatever `attachments` is.
  void Append(const SocketPacket& packet, std::string* text,
              std::vector<base::Bytes>* attachments) const override;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_SOCKETIO_09_H_
