// SPDX-License-Identifier: MPL-2.0
// Message and Audience of docs/PORT_PROTOCOL.md.
#ifndef RABBIT_SOCKS_NODE_MESSAGE_READER_H_
#define RABBIT_SOCKS_NODE_MESSAGE_READER_H_

#include "base/message.h"
#include "base/result.h"
#include "base/value.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

// Reads the message at the cursor. The arguments of an event or of an
// acknowledgement go to *args, which is cleared, and *message is a view of it
// and of the packet.
//
// Faults are those of ReadValue. After a kNoValue, a message with a term in it
// that is none of JSON's, the cursor is behind the message and *message is of
// no use.
base::Fault ReadMessage(TermReader* term, base::Value* args,
                        base::Message* message);

// False: malformed.
[[nodiscard]] bool ReadAudience(TermReader* term, base::Audience* audience);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_MESSAGE_READER_H_
