// SPDX-License-Identifier: MPL-2.0
// The commands about sessions and rooms. Each reads its arguments, the name of
// the command being read, and calls; false: malformed.
#ifndef RABBIT_SOCKS_NODE_SESSION_COMMANDS_H_
#define RABBIT_SOCKS_NODE_SESSION_COMMANDS_H_

#include "node/messages.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

[[nodiscard]] bool ReadAccept(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadRefuse(TermReader* term, Commands* commands);
// A message that is no value is told of, and the rest of the list goes on.
[[nodiscard]] bool ReadSend(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadCredit(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadCloseSession(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadDisconnect(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadPosition(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadSync(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadJoin(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadLeave(TermReader* term, Commands* commands);
[[nodiscard]] bool ReadBroadcast(TermReader* term, Commands* commands);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_SESSION_COMMANDS_H_
