// SPDX-License-Identifier: MPL-2.0
// Engine.IO protocol 4, of Socket.IO 3.x and 4.x. A packet is a type digit and
// text; the packets of a payload stand between U+001E. A binary message is
// "b" and base64 in a payload, and a message without a type byte on WebSocket.
#ifndef RABBIT_SOCKS_FRAMING_ENGINEIO_4_H_
#define RABBIT_SOCKS_FRAMING_ENGINEIO_4_H_

#include <cstddef>
#include <string>

#include "framing/engine_codec.h"

namespace rabbit_socks::framing {

class EngineIo4Codec final : public EngineCodec {
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

#endif  // RABBIT_SOCKS_FRAMING_ENGINEIO_4_H_
