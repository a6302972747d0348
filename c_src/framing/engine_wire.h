// SPDX-License-Identifier: MPL-2.0
// What protocol 3 and 4 of Engine.IO have in common on the wire; for their
// codecs only.
#ifndef RABBIT_SOCKS_FRAMING_ENGINE_WIRE_H_
#define RABBIT_SOCKS_FRAMING_ENGINE_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/codec.h"
#include "framing/engine_packet.h"

namespace rabbit_socks::framing {

// Close codes.
inline constexpr uint16_t kEngineProtocolError = 1002;
inline constexpr uint16_t kEngineNotUtf8 = 1007;
inline constexpr uint16_t kEngineTooBig = 1009;

// A packet as text: <digit><data>, or <mark><base64> for a binary message. What
// was base64 is appended to *decoded, and the packet's data is a view of that.
// REQUIRES: text is UTF-8
base::Result<EnginePacket> ReadEngineText(base::Bytes text, base::Bytes mark,
                                          std::string* decoded);
void AppendEngineText(const EnginePacket& packet, base::Bytes mark,
                      std::string* out);

// A text message of WebSocket: one packet.
base::Result<EnginePacket> ReadEngineMessage(base::Bytes message,
                                             base::Bytes mark,
                                             std::string* scratch);

// The packets of one payload, kept back until all of it has been read. Views of
// the body, and of one piece of memory for all that was base64.
class EngineBatch {
 public:
  // Both must outlive the batch.
  EngineBatch(base::Bytes body, const Limits& limits)
      : body_(body), limits_(limits) {}
  EngineBatch(const EngineBatch&) = delete;
  EngineBatch& operator=(const EngineBatch&) = delete;

  // REQUIRES: text is part of the body, and UTF-8
  base::Fault AddText(base::Bytes text, base::Bytes mark);
  base::Fault AddBinary(base::Bytes data);
  void Report(EngineSink* sink) const;

 private:
  base::Fault Add(base::Result<EnginePacket> packet);

  base::Bytes body_;
  const Limits& limits_;
  std::vector<EnginePacket> packets_;
  std::string decoded_;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_ENGINE_WIRE_H_
