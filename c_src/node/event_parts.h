// SPDX-License-Identifier: MPL-2.0
// The larger parts of events, as docs/PORT_PROTOCOL.md has them: frames, the
// envelope of what goes to a session's process, headers, Info of open.
#ifndef RABBIT_SOCKS_NODE_EVENT_PARTS_H_
#define RABBIT_SOCKS_NODE_EVENT_PARTS_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/outbox.h"
#include "node/term_writer.h"

namespace rabbit_socks::node {

void WriteFrame(TermWriter* term, base::Payload payload, base::Bytes data);

// {Pid, {'$socks', Name, …}}: `more` elements after the name are to follow.
void WriteSessionEvent(TermWriter* term, base::Bytes owner, base::Bytes name,
                       uint32_t more);
void WriteHeaders(TermWriter* term, const base::RelayedHead& head);
void WriteInfo(TermWriter* term, const base::OpenInfo& info);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_EVENT_PARTS_H_
