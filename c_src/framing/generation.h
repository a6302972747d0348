// SPDX-License-Identifier: MPL-2.0
// One row a Socket.IO generation: its codec and what else differs. Adding a
// generation is a codec file, a row and a vector file.
#ifndef RABBIT_SOCKS_FRAMING_GENERATION_H_
#define RABBIT_SOCKS_FRAMING_GENERATION_H_

#include <span>

#include "base/bytes.h"
#include "base/time.h"
#include "framing/codec.h"

namespace rabbit_socks::framing {

struct Generation {
  const char* name;  // "socket.io-0.6", as in OpenInfo::generation
  const Codec* codec;
  bool server_pings;  // the server sends heartbeats, the client echoes them
  base::Time heartbeat_every;   // ms after the last answered one
  base::Time heartbeat_answer;  // ms to answer
  base::Time poll_duration;     // ms until an open poll is answered empty
  base::Time close_timeout;  // ms that a polling session lives without a poll
};

std::span<const Generation> Generations();
const Generation& SocketIo06();

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_GENERATION_H_
