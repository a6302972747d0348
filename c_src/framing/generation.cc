// SPDX-License-Identifier: MPL-2.0
#include "framing/generation.h"

#include "framing/socketio_06.h"

namespace rabbit_socks::framing {
namespace {

using Pings = Generation::Pings;
using Wire = Generation::Wire;

const SocketIo06Codec kSocketIo06;

std::span<const Generation> Table() {
  static const Generation kRows[] = {
      {.name = "socket.io-0.6", .wire = Wire::kFrames, .codec = &kSocketIo06},
      {.name = "socket.io-0.9",
       .wire = Wire::kPackets,
       .packets = &SocketIo09(),
       .default_namespace = true,
       .messages = true},
      {.name = "socket.io-2",
       .wire = Wire::kEngine,
       .engine = &EngineIo3(),
       .packets = &SocketIo2(),
       .pings = Pings::kClient,
       .default_namespace = true,
       .binary = true},
      {.name = "socket.io-4",
       .wire = Wire::kEngine,
       .engine = &EngineIo4(),
       .packets = &SocketIo4(),
       .strict = true,
       .binary = true},
      {.name = "engine.io-3",
       .wire = Wire::kEngine,
       .engine = &EngineIo3(),
       .pings = Pings::kClient,
       .binary = true},
      {.name = "engine.io-4",
       .wire = Wire::kEngine,
       .engine = &EngineIo4(),
       .binary = true},
      {.name = "rabbit-socks.json",
       .wire = Wire::kPackets,
       .packets = &JsonEvents(),
       .subprotocol = "rabbit-socks.json"},
  };
  return kRows;
}

}  // namespace

std::span<const Generation> Generations() { return Table(); }

const Generation& SocketIo06() { return Table()[0]; }
const Generation& SocketIo09Clients() { return Table()[1]; }
const Generation& SocketIo2Clients() { return Table()[2]; }
const Generation& SocketIo4Clients() { return Table()[3]; }
const Generation& EngineIo3Clients() { return Table()[4]; }
const Generation& EngineIo4Clients() { return Table()[5]; }

const Generation* FindSubprotocol(base::Bytes subprotocol) {
  for (const Generation& row : Table()) {
    if (row.subprotocol != nullptr && row.subprotocol == subprotocol)
      return &row;
  }
  return nullptr;
}

}  // namespace rabbit_socks::framing
