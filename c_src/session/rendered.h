// SPDX-License-Identifier: MPL-2.0
// A message of a callback module as packets of a client's wire.
#ifndef RABBIT_SOCKS_SESSION_RENDERED_H_
#define RABBIT_SOCKS_SESSION_RENDERED_H_

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/message.h"
#include "framing/generation.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::session {

struct Rendered {
  struct Part {
    base::Payload payload;
    std::string
        data;  // as packet_queue.h has it; of a bare WebSocket a message
  };
  bool carried = true;      // false: the protocol has no way to say it
  std::vector<Part> parts;  // none: there is nothing to say to such a client
  std::string offset;       // of an event that a client may ask for again

  // Of memory, about.
  size_t size() const;
};

// `generation` null: a bare WebSocket that speaks frames. `offset` not empty:
// it becomes the last argument of an event that wants no acknowledgement
// (connection state recovery), and is in the result. *scratch is overwritten.
Rendered Render(const base::Message& message,
                const framing::Generation* generation, const std::string& nsp,
                base::Bytes offset, framing::SocketPacket* scratch);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_RENDERED_H_
