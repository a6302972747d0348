// SPDX-License-Identifier: MPL-2.0
#include "base/outbox.h"

#include <limits>
#include <utility>

#include "base/check.h"

namespace rabbit_socks::base {

namespace {

// What Clear keeps. A step that needed more was rare, and its memory is better
// given back.
constexpr size_t kKeptBytes = size_t{256} * 1024;
constexpr size_t kKeptEffects = 4096;
constexpr size_t kKeptValues = 256;
constexpr size_t kKeptValueBytes = 4096;

template <class Container>
void ClearBounded(Container* container, size_t kept) {
  if (container->capacity() > kept) {
    Container().swap(*container);
  } else {
    container->clear();
  }
}

}  // namespace

Effect& Outbox::Add(Effect::Kind kind, uint64_t id) {
  Effect& effect = effects_.emplace_back();
  effect.kind = kind;
  effect.id = id;
  return effect;
}

Range Outbox::Store(Bytes bytes) {
  RS_CHECK(bytes.size() <= std::numeric_limits<uint32_t>::max() - arena_.size(),
           "outbox over 4 GiB");
  const Range range{static_cast<uint32_t>(arena_.size()),
                    static_cast<uint32_t>(bytes.size())};
  arena_.append(bytes);
  return range;
}

void Outbox::Write(ConnectionId id, Bytes bytes) {
  const Range data = Store(bytes);
  Add(Effect::Kind::kWrite, id.value).data = data;
}

void Outbox::BeginWrite(ConnectionId id) {
  RS_CHECK(arena_.size() <= std::numeric_limits<uint32_t>::max(),
           "outbox over 4 GiB");
  Add(Effect::Kind::kWrite, id.value).data = {
      static_cast<uint32_t>(arena_.size()), 0};
}

void Outbox::EndWrite() {
  RS_CHECK(arena_.size() <= std::numeric_limits<uint32_t>::max(),
           "outbox over 4 GiB");
  Range& data = effects_.back().data;
  data.size = static_cast<uint32_t>(arena_.size()) - data.begin;
}

void Outbox::Respond(ConnectionId id, RelayedHead head, Bytes body) {
  const Range data = Store(body);
  Effect& effect = Add(Effect::Kind::kRespond, id.value);
  effect.index = static_cast<uint32_t>(heads_.size());
  effect.data = data;
  heads_.push_back(std::move(head));
}

void Outbox::RespondStart(ConnectionId id, RelayedHead head) {
  Add(Effect::Kind::kRespondStart, id.value).index =
      static_cast<uint32_t>(heads_.size());
  heads_.push_back(std::move(head));
}

void Outbox::Switch(ConnectionId id, RelayedHead head) {
  Add(Effect::Kind::kSwitch, id.value).index =
      static_cast<uint32_t>(heads_.size());
  heads_.push_back(std::move(head));
}

void Outbox::Forward(uint64_t ref, Bytes name, RelayedRequest request) {
  const Range data = Store(name);
  Effect& effect = Add(Effect::Kind::kForward, ref);
  effect.data = data;
  effect.index = static_cast<uint32_t>(forwards_.size());
  forwards_.push_back(std::move(request));
}

void Outbox::Open(SessionId id, ListenerId listener, uint32_t route,
                  OpenInfo info) {
  Effect& effect = Add(Effect::Kind::kOpen, id.value);
  effect.index = static_cast<uint32_t>(opens_.size());
  effect.listener = listener;
  effect.route = route;
  opens_.push_back(std::move(info));
}

void Outbox::Message(SessionId id, Bytes owner, Payload payload, Bytes data) {
  const Range pid = Store(owner);
  const Range body = Store(data);
  Effect& effect = Add(Effect::Kind::kMessage, id.value);
  effect.payload = payload;
  effect.owner = pid;
  effect.data = body;
}

// What values_ holds beyond the step is buffers for the next one.
uint32_t Outbox::Keep(Value* value) {
  if (values_used_ == values_.size()) values_.emplace_back();
  Value& kept = values_[values_used_];
  kept.Clear();
  std::swap(kept, *value);
  return static_cast<uint32_t>(values_used_++);
}

void Outbox::Event(SessionId id, Bytes owner, Bytes name, Value* args,
                   std::optional<uint64_t> ack, size_t size) {
  const Range pid = Store(owner);
  const Range text = Store(name);
  const uint32_t index = Keep(args);
  Effect& effect = Add(Effect::Kind::kEvent, id.value);
  effect.owner = pid;
  effect.data = text;
  effect.index = index;
  effect.number = ack.value_or(Effect::kNoNumber);
  effect.size = size;
}

void Outbox::Ack(SessionId id, Bytes owner, uint64_t ack, Value* args,
                 size_t size) {
  const Range pid = Store(owner);
  const uint32_t index = Keep(args);
  Effect& effect = Add(Effect::Kind::kAck, id.value);
  effect.owner = pid;
  effect.index = index;
  effect.number = ack;
  effect.size = size;
}

void Outbox::Away(SessionId id, Bytes owner) {
  const Range pid = Store(owner);
  Add(Effect::Kind::kAway, id.value).owner = pid;
}

void Outbox::Back(SessionId id, Bytes owner) {
  const Range pid = Store(owner);
  Add(Effect::Kind::kBack, id.value).owner = pid;
}

void Outbox::Closed(SessionId id, Bytes owner, uint16_t code, Bytes reason) {
  const Range pid = Store(owner);
  const Range text = Store(reason);
  Effect& effect = Add(Effect::Kind::kClosed, id.value);
  effect.code = code;
  effect.owner = pid;
  effect.data = text;
}

void Outbox::Congested(SessionId id, Bytes owner) {
  const Range pid = Store(owner);
  Add(Effect::Kind::kCongested, id.value).owner = pid;
}

void Outbox::Drained(SessionId id, Bytes owner) {
  const Range pid = Store(owner);
  Add(Effect::Kind::kDrained, id.value).owner = pid;
}

void Outbox::Dropped(SessionId id, Bytes owner, uint64_t count) {
  const Range pid = Store(owner);
  Effect& effect = Add(Effect::Kind::kDropped, id.value);
  effect.owner = pid;
  effect.number = count;
}

void Outbox::Synced(SessionId id, Bytes owner, uint64_t number) {
  const Range pid = Store(owner);
  Effect& effect = Add(Effect::Kind::kSynced, id.value);
  effect.owner = pid;
  effect.number = number;
}

void Outbox::Broadcasts(SessionId id, Bytes owner, uint64_t messages,
                        uint64_t bytes) {
  const Range pid = Store(owner);
  Effect& effect = Add(Effect::Kind::kBroadcasts, id.value);
  effect.owner = pid;
  effect.number = messages;
  effect.size = bytes;
}

void Outbox::Log(uint16_t level, Bytes text) {
  const Range data = Store(text);
  Effect& effect = Add(Effect::Kind::kLog, 0);
  effect.code = level;
  effect.data = data;
}

void Outbox::Clear() {
  ClearBounded(&effects_, kKeptEffects);
  ClearBounded(&arena_, kKeptBytes);
  opens_.clear();
  heads_.clear();
  forwards_.clear();
  if (values_.size() > kKeptValues) values_.resize(kKeptValues);
  for (size_t i = 0; i < values_.size() && i < values_used_; ++i) {
    if (values_[i].capacity() <= kKeptValueBytes) continue;
    Value fresh;  // assigned to, a string may keep its memory
    std::swap(values_[i], fresh);
  }
  values_used_ = 0;
}

}  // namespace rabbit_socks::base
