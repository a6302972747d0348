// SPDX-License-Identifier: MPL-2.0
// One packet of Engine.IO, protocol 3 and 4: what Socket.IO since 1.0 travels
// in, over polling and WebSocket alike.
#ifndef RABBIT_SOCKS_FRAMING_ENGINE_PACKET_H_
#define RABBIT_SOCKS_FRAMING_ENGINE_PACKET_H_

#include <cstdint>

#include "base/bytes.h"

namespace rabbit_socks::framing {

struct EnginePacket {
  // The wire's digits.
  enum class Type : uint8_t {
    kOpen = 0,
    kClose = 1,
    kPing = 2,
    kPong = 3,
    kMessage = 4,
    kUpgrade = 5,
    kNoop = 6,
  };
  Type type = Type::kMessage;
  // Only messages can be binary. Text is UTF-8.
  base::Payload payload = base::Payload::kText;
  base::Bytes data = {};
};

class EngineSink {
 public:
  virtual ~EngineSink() = default;
  // The view lives through the call only. False: drop the rest of the payload
  // (the session has ended).
  virtual bool OnEnginePacket(const EnginePacket& packet) = 0;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_ENGINE_PACKET_H_
