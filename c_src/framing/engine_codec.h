// SPDX-License-Identifier: MPL-2.0
// Engine.IO packets in the payloads of polling and in WebSocket messages, one
// codec a protocol: EngineIo3() for Socket.IO 1.x and 2.x, EngineIo4() for 3.x
// and 4.x. A codec has no state.
//
// Decoding is all or nothing: a whole payload is checked before the first
// packet is reported (delivery promise DP6). Fault::code is the close code for
// the session: 1002 for framing and base64, 1007 for text that is no UTF-8,
// 1009 for a limit.
//
// Which packets a client may send is not decided here: each of the seven is
// one, whatever data it has.
#ifndef RABBIT_SOCKS_FRAMING_ENGINE_CODEC_H_
#define RABBIT_SOCKS_FRAMING_ENGINE_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/codec.h"
#include "framing/engine_packet.h"

namespace rabbit_socks::framing {

// How a polling payload is written.
enum class EngineForm : uint8_t {
  kText,  // protocol 3: <length>:<packet>…; protocol 4: packets between U+001E
  kBinary,  // protocol 3 only: application/octet-stream
};

class EngineCodec {
 public:
  virtual ~EngineCodec() = default;

  // The body of a POST. An empty one is a fault. Protocol 4 has no binary form:
  // a fault.
  virtual base::Fault DecodePayload(base::Bytes body, EngineForm form,
                                    const Limits& limits,
                                    EngineSink* sink) const = 0;
  // Appends one packet to a polling payload that holds `packets` already.
  // REQUIRES: protocol 4: the form is text, and a text has no U+001E. There is
  // no escape for it: the client would see two packets. JSON never has one.
  virtual void AppendToPayload(const EnginePacket& packet, EngineForm form,
                               size_t packets, std::string* payload) const = 0;

  // One WebSocket message. The packet's data is a view of `message`, or of
  // *scratch where it had to be decoded (base64).
  virtual base::Result<EnginePacket> DecodeMessage(
      base::Bytes message, base::Payload payload,
      std::string* scratch) const = 0;
  // Appends one packet as a WebSocket message and says of which kind it is.
  // `base64`: the client cannot take binary messages (query b64=1).
  virtual base::Payload AppendMessage(const EnginePacket& packet, bool base64,
                                      std::string* message) const = 0;
};

const EngineCodec& EngineIo3();
const EngineCodec& EngineIo4();

// Protocol 3 in the text form of clients 1.x: each packet was UTF-8 encoded
// twice, and nothing tells a client of 1.4 to 1.7 from one of 2.x. True when
// text holds characters of U+0080 to U+00FF and none above, and these taken as
// bytes are UTF-8: then *decoded is that. REQUIRES: text is UTF-8
bool DecodeTwiceEncoded(base::Bytes text, std::string* decoded);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_ENGINE_CODEC_H_
