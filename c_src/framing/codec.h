// SPDX-License-Identifier: MPL-2.0
// Socket.IO framing: payloads of a transport to packets, and back. A codec has
// no state.
//
// Fault::code is the close code for the session: 1002 for framing, 1007 for bad
// JSON or UTF-8, 1009 for a limit.
#ifndef RABBIT_SOCKS_FRAMING_CODEC_H_
#define RABBIT_SOCKS_FRAMING_CODEC_H_

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace rabbit_socks::framing {

struct Limits {
  // In one payload (L12). A client puts into one request whatever it has,
  // however many that is: the limit is for what no client would send.
  uint32_t max_packets = 16384;
  uint32_t max_json_depth = 64;   // L15
  uint32_t max_json_keys = 1000;  // of one object (L15)
  uint32_t max_attachments = 10;  // of one packet (L13)
};

struct Packet {
  enum class Type : unsigned char {
    kMessage,    // data: text
    kJson,       // data: validated JSON text
    kHeartbeat,  // data: its number or token, to be compared
  };
  Type type = Type::kMessage;
  base::Bytes data;
};

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // The view lives through the call only. False: drop the rest of the payload
  // (the session has ended).
  virtual bool OnPacket(const Packet& packet) = 0;
};

class Codec {
 public:
  virtual ~Codec() = default;
  // All or nothing: the whole payload is checked before the first packet is
  // reported (delivery promise DP6).
  virtual base::Fault Decode(base::Bytes payload, const Limits& limits,
                             PacketSink* sink) const = 0;
  // The same for a body that a form may have changed: jsonp turns "\n" into
  // "\r\n" in transit.
  virtual base::Fault DecodeForm(base::Bytes payload, const Limits& limits,
                                 PacketSink* sink) const = 0;
  virtual void Append(const Packet& packet, std::string* payload) const = 0;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_CODEC_H_
