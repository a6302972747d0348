// SPDX-License-Identifier: MPL-2.0
// Events to one packet for the node: a list that grows through a loop turn and is taken whole.
//
// Usage: any number of calls; then, if !empty(), Take(). Consecutive messages of one session become one event. A packet never passes kMaxPacket: when the next event
// would, the packet so far is closed and another begins, so Take may hold several packets, each with its length word.
#ifndef RABBIT_SOCKS_NODE_WRITER_H_
#define RABBIT_SOCKS_NODE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/outbox.h"
#include "node/messages.h"

namespace rabbit_socks::node {

class Writer {
 public:
  void Hello(base::Bytes release, int os_pid);
  void Heartbeat(uint64_t n);
  void Listening(base::ListenerId listener);
  void Log(uint16_t level, base::Bytes text);
  void Open(base::SessionId session, base::ListenerId listener, uint32_t route, const base::OpenInfo& info);
  // `owner` is the pid as OnAccept gave it.
  void Message(base::SessionId session, base::Bytes owner, base::Payload payload, base::Bytes data);
  void Closed(base::Bytes owner, uint16_t code, base::Bytes reason);
  void Congested(base::Bytes owner);
  void Drained(base::Bytes owner);
  void Response(uint64_t ref, const base::RelayedHead& head, base::Bytes body);
  void ResponseStart(uint64_t ref, const base::RelayedHead& head);
  void Switch(uint64_t ref, const base::RelayedHead& head);
  void Bytes(uint64_t ref, base::Bytes bytes);
  void Finish(uint64_t ref);

  bool empty() const;
  size_t size() const;
  // The packets with their length words, ready for fd 4. Empties the writer.
  std::string Take();

 private:
  // The implementer's choice of members.
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_WRITER_H_
