// SPDX-License-Identifier: MPL-2.0
// One row a Socket.IO generation, or another vocabulary of events: its codecs
// and what else differs. Adding one is a codec file, a row and a vector file;
// docs/ADDING_A_PROTOCOL.md.
#ifndef RABBIT_SOCKS_FRAMING_GENERATION_H_
#define RABBIT_SOCKS_FRAMING_GENERATION_H_

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "framing/codec.h"
#include "framing/engine_codec.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

struct Generation {
  // What a payload of a transport is made of.
  enum class Wire : uint8_t {
    kFrames,   // `codec`: messages of Socket.IO 0.6
    kPackets,  // `packets`, one a message, or put together as in
               // socketio_09_payload.h
    kEngine,   // packets of `engine`; their messages are those of `packets`
  };
  enum class Pings : uint8_t {
    kServer,  // we send heartbeats and the client answers them
    kClient,  // the other way round
  };

  const char* name;  // "socket.io-0.6", as in OpenInfo::generation
  Wire wire;
  const Codec* codec = nullptr;         // of kFrames
  const EngineCodec* engine = nullptr;  // of kEngine
  // Namespaces and events. Null: the client has messages only, and one session.
  const PacketCodec* packets = nullptr;
  Pings pings = Pings::kServer;
  // A client is connected to the namespace "/" without asking.
  bool default_namespace = false;
  // A packet for a namespace that is not connected ends the client; otherwise
  // it is ignored.
  bool strict = false;
  // Attachments can travel beside a packet.
  bool binary = false;
  // Messages and JSON are packets of their own; else they are event "message".
  bool messages = false;
  // A bare WebSocket on which it was negotiated speaks this: there is no client
  // and no namespace, only events and acknowledgements. Null: a client speaks
  // it.
  const char* subprotocol = nullptr;
};

std::span<const Generation> Generations();
const Generation& SocketIo06();
const Generation& SocketIo09Clients();
const Generation& SocketIo2Clients();
const Generation& SocketIo4Clients();
// Engine.IO without Socket.IO.
const Generation& EngineIo3Clients();
const Generation& EngineIo4Clients();
// What a bare WebSocket speaks by its subprotocol; null: frames only.
const Generation* FindSubprotocol(base::Bytes subprotocol);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_GENERATION_H_
