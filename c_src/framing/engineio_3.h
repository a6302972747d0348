// SPDX-License-Identifier: MPL-2.0
// Engine.IO protocol 3, of Socket.IO 1.x and 2.x. A payload in the text form is
// <length>:<packet>…, the length in UTF-16 units as JavaScript counts, and a
// packet a type digit and text, or b4 and base64 for a binary message. In the
// binary form it is 00 or 01 for text or binary, the digits of the length as
// bytes 0 to 9, ff and the packet; a binary message has the byte 04 before it,
// there and on WebSocket.
#ifndef RABBIT_SOCKS_FRAMING_ENGINEIO_3_H_
#define RABBIT_SOCKS_FRAMING_ENGINEIO_3_H_

#include <cstddef>
#include <string>

#include "framing/engine_codec.h"

namespace rabbit_socks::framing {

class EngineIo3Codec final : public EngineCodec {
 public:
  base::Fault DecodePayload(base::Bytes body, EngineForm form,
                            const Limits& limits,
                            EngineSink* sink) const override;
  void AppendToPayload(const EnginePacket& packet, EngineForm form,
                       size_t packets, std::string* payload) const override;
  base::Result<EnginePacket> DecodeMessage(base::Bytes message,
                                           base::Payload payload,
                                           std::string* scratch) const override;
  base::Payload AppendMessage(const EnginePacket& packet, bool base64,
                              std::string* message) const override;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_ENGINEIO_3_H_
