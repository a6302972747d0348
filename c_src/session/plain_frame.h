// SPDX-License-Identifier: MPL-2.0
// Messages for clients whose protocol has no events: a bare WebSocket, a bare
// Engine.IO, Socket.IO 0.6. "Messages" in docs/PORT_PROTOCOL.md has the rules.
#ifndef RABBIT_SOCKS_SESSION_PLAIN_FRAME_H_
#define RABBIT_SOCKS_SESSION_PLAIN_FRAME_H_

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/message.h"

namespace rabbit_socks::session {

struct PlainFrame {
  base::Payload payload = base::Payload::kText;
  bool json = false;  // data is JSON text
  base::Bytes data;
};

// What is sent in a message's place; nothing for an acknowledgement. The data
// is a view of the message or of *scratch.
std::optional<PlainFrame> ToPlainFrame(const base::Message& message,
                                       std::string* scratch);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_PLAIN_FRAME_H_
