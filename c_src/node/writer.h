// SPDX-License-Identifier: MPL-2.0
// Events to one packet for the node: a list that grows through a loop turn and
// is taken whole.
//
// Usage: any number of calls; then, if !empty(), Take(). Consecutive messages
// of one session become one event. A packet never passes kMaxPacket: when the
// next event would, the packet so far is closed and another begins, so Take may
// hold several packets, each with its length word.
//
// Of what holds a value the term may be several times as long as the text that
// it came in: a call that answers false has written nothing, because it does
// not fit a packet of its own. REQUIRES of every other event: it does. The
// limits of a listener (max_message, max_head) are at most half of a packet, so
// one that does not is our own fault and ends the edge.
#ifndef RABBIT_SOCKS_NODE_WRITER_H_
#define RABBIT_SOCKS_NODE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/outbox.h"
#include "base/statistics.h"
#include "base/value.h"
#include "node/messages.h"

namespace rabbit_socks::node {

class Writer {
 public:
  void Hello(base::Bytes release, int os_pid);
  void Heartbeat(uint64_t n);
  void Statistics(const base::Statistics& statistics);
  void Listening(base::ListenerId listener);
  void Log(uint16_t level, base::Bytes text);  // cut at kMaxLog bytes
  [[nodiscard]] bool Open(base::SessionId session, base::ListenerId listener,
                          uint32_t route, const base::OpenInfo& info);
  // `owner` is the pid as OnAccept gave it.
  void Message(base::SessionId session, base::Bytes owner,
               base::Payload payload, base::Bytes data);
  // `args` is an array without attachments that travel beside it.
  [[nodiscard]] bool Event(base::SessionId session, base::Bytes owner,
                           base::Bytes name, const base::Value& args,
                           std::optional<uint64_t> ack, uint64_t size);
  [[nodiscard]] bool Ack(base::SessionId session, base::Bytes owner,
                         uint64_t ack, const base::Value& args, uint64_t size);
  void Closed(base::Bytes owner, uint16_t code, base::Bytes reason);
  void Congested(base::Bytes owner) { OfOwner(owner, "congested"); }
  void Drained(base::Bytes owner) { OfOwner(owner, "drained"); }
  void Dropped(base::Bytes owner, uint64_t count) {
    OfOwner(owner, "dropped", count);
  }
  void Synced(base::Bytes owner, uint64_t number) {
    OfOwner(owner, "synced", number);
  }
  void Broadcasts(base::Bytes owner, uint64_t messages, uint64_t bytes);
  void Away(base::Bytes owner) { OfOwner(owner, "away"); }
  void Back(base::Bytes owner) { OfOwner(owner, "back"); }
  // A body of any size: a large one becomes response_start, bytes and finish.
  void Response(uint64_t ref, const base::RelayedHead& head, base::Bytes body);
  void ResponseStart(uint64_t ref, const base::RelayedHead& head);
  void Switch(uint64_t ref, const base::RelayedHead& head);
  // Of any size: large ones become several events.
  void Bytes(uint64_t ref, base::Bytes bytes);
  void Finish(uint64_t ref);
  // Whether the node is to read a relayed connection.
  void Pause(uint64_t ref);
  void Resume(uint64_t ref);

  // A request for the client of this name, who is another node's.
  void Forward(uint64_t ref, base::Bytes name,
               const base::RelayedRequest& request);
  // Its answer is no longer waited for.
  void Gone(uint64_t ref);

  bool empty() const { return out_.empty(); }
  size_t size() const { return out_.size(); }
  // The packets with their length words, ready for fd 4. Empties the writer.
  std::string Take();

  static constexpr size_t kMaxLog = 4096;
  static constexpr size_t kMaxReason = 123;          // RFC 6455 section 5.5
  static constexpr size_t kPiece = size_t{4} << 20;  // of bytes

 private:
  void OfNumber(const char* name, uint64_t number);
  void OfOwner(base::Bytes owner, const char* name);
  void OfOwner(base::Bytes owner, const char* name, uint64_t number);
  bool Fits() const;
  void BeginPacket();
  void EndPacket();
  template <class Write>
  bool TryAppend(Write&& write);
  template <class Write>
  void Append(Write&& write);
  template <class Write>
  bool Merge(base::SessionId session, Write&& write);
  template <class Write>
  bool AppendMessage(base::SessionId session, base::Bytes owner, Write&& write);

  std::string out_;         // whole packets, then one whose list still grows
  size_t packet_ = 0;       // where that one begins
  uint32_t events_ = 0;     // in it; 0: none has begun
  uint64_t merging_ = 0;    // the session whose messages end it; 0: none
  size_t messages_at_ = 0;  // the head of their list
  uint32_t messages_ = 0;   // in that list
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_WRITER_H_
