// SPDX-License-Identifier: MPL-2.0
// What a step wants done: a list of effects that the server carries out after
// the step has returned.
//
// A step never writes, closes or calls out (no re-entrancy), so a test is: feed
// bytes, look at the outbox. Effects are flat records; their bytes lie in one
// arena. Bytes handed out live until Clear.
#ifndef RABBIT_SOCKS_BASE_OUTBOX_H_
#define RABBIT_SOCKS_BASE_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/headers.h"
#include "base/id.h"
#include "base/relayed_request.h"
#include "base/value.h"

namespace rabbit_socks::base {

// A client asks for a session; see docs/PORT_PROTOCOL.md, "Info of open".
struct OpenInfo {
  std::vector<std::string> path;
  std::string query;
  Headers headers;
  std::string peer_address, local_address;
  uint16_t peer_port = 0, local_port = 0;
  bool secure = false;
  std::string certificate;  // the client's as DER; empty: none
  const char* transport = "websocket";
  const char* protocol = "rfc6455";
  const char* generation = "none";
  std::string subprotocol;  // empty: none
  std::string nsp;          // namespace; empty: none
  Value auth;               // empty: none; may hold no kAttachment
};

// An answer to a relayed request; for a TCP connection the session room writes
// the bytes itself.
struct RelayedHead {
  uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Range {
  uint32_t begin = 0;
  uint32_t size = 0;
};

struct Effect {
  enum class Kind : uint8_t {
    // To a connection (id is a ConnectionId)
    kWrite,   // data
    kFinish,  // after what was written: end our side, wait a little for the
              // peer's end, close
    kReset,   // close at once, dropping what is queued
    kPauseReading,   //
    kResumeReading,  //
    // To the node, about a relayed connection
    kRespond,       // heads[index], data: a whole answer
    kRespondStart,  // heads[index]: kWrite and kFinish follow
    kSwitch,        // heads[index]: headers of a 101
    // To the node, about a request that is for a client of another node (id is
    // the request's own)
    kForward,   // data = the client's name, forwards[index]
    kWithdraw,  // it is no longer to be answered
    // To the node, about a session (id is a SessionId)
    kOpen,        // opens[index], listener, route
    kMessage,     // owner, payload, data
    kEvent,       // owner, data = name, number, size, values[index]: arguments
    kAck,         // owner, number, size, values[index]: arguments
    kClosed,      // owner, code, data = reason
    kAway,        // owner
    kBack,        // owner
    kCongested,   // owner
    kDrained,     // owner
    kDropped,     // owner, number: of broadcasts since the last one
    kSynced,      // owner, number
    kBroadcasts,  // owner, number: of those that it was sent, size: their bytes
    kLog,         // code = level 0..3 (debug, info, warning, error), data
  };

  Kind kind;
  Payload payload = Payload::kText;
  uint16_t code = 0;
  uint32_t index = 0;
  uint32_t route = 0;
  uint64_t id = 0;
  ListenerId listener = 0;
  Range owner;  // the session's pid as the node encoded it
  Range data;
  uint64_t number = kNoNumber;  // of an acknowledgement, a count
  uint64_t size = 0;            // bytes, of credit or of what was sent

  static constexpr uint64_t kNoNumber = ~uint64_t{0};
};

class Outbox {
 public:
  void Write(ConnectionId id, Bytes bytes);
  // For writers that build in place: call Begin, append to arena(), call End.
  void BeginWrite(ConnectionId id);
  std::string& arena() { return arena_; }
  void EndWrite();
  void Finish(ConnectionId id) { Add(Effect::Kind::kFinish, id.value); }
  void Reset(ConnectionId id) { Add(Effect::Kind::kReset, id.value); }
  void PauseReading(ConnectionId id) {
    Add(Effect::Kind::kPauseReading, id.value);
  }
  void ResumeReading(ConnectionId id) {
    Add(Effect::Kind::kResumeReading, id.value);
  }

  void Respond(ConnectionId id, RelayedHead head, Bytes body);
  void RespondStart(ConnectionId id, RelayedHead head);
  void Switch(ConnectionId id, RelayedHead head);

  void Forward(uint64_t ref, Bytes name, RelayedRequest request);
  void Withdraw(uint64_t ref) { Add(Effect::Kind::kWithdraw, ref); }

  void Open(SessionId id, ListenerId listener, uint32_t route, OpenInfo info);
  void Message(SessionId id, Bytes owner, Payload payload, Bytes data);
  // An event with its arguments, an array; `id` when the client wants an
  // acknowledgement. Takes the arguments out of *args, which is empty after the
  // call and keeps a buffer.
  void Event(SessionId id, Bytes owner, Bytes name, Value* args,
             std::optional<uint64_t> ack, size_t size);
  // The acknowledgement of the event that was sent with `ack`.
  void Ack(SessionId id, Bytes owner, uint64_t ack, Value* args, size_t size);
  void Away(SessionId id, Bytes owner);
  void Back(SessionId id, Bytes owner);
  void Closed(SessionId id, Bytes owner, uint16_t code, Bytes reason);
  void Congested(SessionId id, Bytes owner);
  void Drained(SessionId id, Bytes owner);
  void Dropped(SessionId id, Bytes owner, uint64_t count);
  void Synced(SessionId id, Bytes owner, uint64_t number);
  // What it was sent of broadcasts since the last one.
  void Broadcasts(SessionId id, Bytes owner, uint64_t messages, uint64_t bytes);
  void Log(uint16_t level, Bytes text);

  const std::vector<Effect>& effects() const { return effects_; }
  Bytes Data(Range range) const {
    return Bytes(arena_).substr(range.begin, range.size);
  }
  const OpenInfo& open(const Effect& effect) const {
    return opens_[effect.index];
  }
  const Value& value(const Effect& effect) const {
    return values_[effect.index];
  }
  const RelayedHead& head(const Effect& effect) const {
    return heads_[effect.index];
  }
  const RelayedRequest& forward(const Effect& effect) const {
    return forwards_[effect.index];
  }
  bool empty() const { return effects_.empty(); }
  // Forgets all effects; keeps a bounded amount of memory for the next step.
  void Clear();

 private:
  Effect& Add(Effect::Kind kind, uint64_t id);
  Range Store(Bytes bytes);
  uint32_t Keep(Value* value);

  std::vector<Effect> effects_;
  std::string arena_;
  std::vector<OpenInfo> opens_;
  std::vector<RelayedHead> heads_;
  std::vector<RelayedRequest> forwards_;
  std::vector<Value> values_;  // the first values_used_ are of this step
  size_t values_used_ = 0;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_OUTBOX_H_
