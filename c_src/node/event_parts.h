// SPDX-License-Identifier: MPL-2.0
// The larger events and parts of events, as docs/PORT_PROTOCOL.md has them:
// statistics, frames, the envelope of what goes to a session's process,
// headers, Info of open, requests and answers.
#ifndef RABBIT_SOCKS_NODE_EVENT_PARTS_H_
#define RABBIT_SOCKS_NODE_EVENT_PARTS_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/outbox.h"
#include "base/relayed_request.h"
#include "base/statistics.h"
#include "node/term_writer.h"

namespace rabbit_socks::node {

void WriteHello(TermWriter* term, base::Bytes release, int os_pid);
void WriteStatistics(TermWriter* term, const base::Statistics& statistics);
void WriteFrame(TermWriter* term, base::Payload payload, base::Bytes data);

// {Pid, {'$socks', Name, …}}: `more` elements after the name are to follow.
void WriteSessionEvent(TermWriter* term, base::Bytes owner, base::Bytes name,
                       uint32_t more);
void WriteHeaders(TermWriter* term, const base::RelayedHead& head);
void WriteInfo(TermWriter* term, const base::OpenInfo& info);
// {response, …}
void WriteResponse(TermWriter* term, uint64_t ref,
                   const base::RelayedHead& head, base::Bytes body);
// {forward, …}
void WriteForward(TermWriter* term, uint64_t ref, base::Bytes name,
                  const base::RelayedRequest& request);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_EVENT_PARTS_H_
