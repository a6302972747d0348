// SPDX-License-Identifier: MPL-2.0
// One packet of Socket.IO 0.7 and later or of rabbit-socks.json, whatever its
// generation writes it like, and the contract of what reads and writes it. A
// codec has no state.
#ifndef RABBIT_SOCKS_FRAMING_PACKET_CODEC_H_
#define RABBIT_SOCKS_FRAMING_PACKET_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/value.h"
#include "framing/codec.h"

namespace rabbit_socks::framing {

struct SocketPacket {
  enum class Type : uint8_t {
    kConnect,     // data: what the client wants known (auth), or nothing;
                  // from us, what the generation's client wants to know
    kDisconnect,  // of one namespace; 0.7 to 0.9: "" is all of them
    kEvent,       // name; data: an array of its arguments
    kAck,         // id; data: an array of its arguments
    kError,       // data: why a connect was refused; see each codec
    kMessage,     // 0.7 to 0.9: data: a text
    kJson,        // 0.7 to 0.9: data: any value
    kHeartbeat,   // 0.7 to 0.9
    kNoop,        // 0.7 to 0.9
  };
  Type type = Type::kEvent;
  // As the wire has it without a query: "/chat"; "/" also where the wire leaves
  // it out. At most 256 bytes when it was read.
  std::string nsp = "/";
  std::string query;  // of a kConnect, without "?", raw; never written
  // Of a kEvent, kAck, kMessage or kJson. At most 17 digits (L16) when read.
  std::optional<uint64_t> id;
  // 0.7 to 0.9: the client wants the acknowledgement at once and without data
  // (an id without "+").
  bool ack_at_once = false;
  std::string name;
  // Binary attachments that follow; see attachments.h. Their places are
  // kAttachment in data, each in one place at most. What is written has as many
  // as data has bytes, whatever this says.
  uint32_t attachments = 0;
  base::Value data;
};

class PacketCodec {
 public:
  virtual ~PacketCodec() = default;
  // The packet is overwritten; so one that is kept keeps its buffers. It is not
  // to be used after a fault, whose code is the close code for the session:
  // 1002 for the grammar, 1007 for bad JSON or UTF-8, 1009 for a limit (L13,
  // L15, L16).
  virtual base::Fault Decode(base::Bytes text, const Limits& limits,
                             SocketPacket* packet) const = 0;
  // Appends the packet's text. Bytes in data go to *attachments as views of
  // data, to be sent behind it; `attachments` null: this client takes none, and
  // null stands in their places; a codec whose text has bytes within it looks
  // at neither. REQUIRES: the generation has such packets; *attachments is
  // empty; nsp is "/" or begins with it and has no comma or colon; data is of
  // the type's kind, or empty for no arguments
  virtual void Append(const SocketPacket& packet, std::string* text,
                      std::vector<base::Bytes>* attachments) const = 0;
};

// Socket.IO 1.x and 2.x (protocol 4; protocol 3 is a part of it).
const PacketCodec& SocketIo2();
// Socket.IO 3.x and 4.x (protocol 5).
const PacketCodec& SocketIo4();
// Socket.IO 0.7 to 0.9 (protocol 1).
const PacketCodec& SocketIo09();
// rabbit-socks.json: kEvent and kAck only. Bytes are within the text.
const PacketCodec& JsonEvents();

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_PACKET_CODEC_H_
