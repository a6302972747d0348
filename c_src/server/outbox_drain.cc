// SPDX-License-Identifier: MPL-2.0
#include "server/outbox_drain.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace rabbit_socks::server {

using base::Bytes;
using base::ConnectionId;
using base::Effect;
using base::Outbox;
using base::SessionId;
using net::SocketId;
using Kind = Effect::Kind;

namespace {

std::optional<uint64_t> NumberOf(const Effect& effect) {
  if (effect.number == Effect::kNoNumber) return std::nullopt;
  return effect.number;
}

}  // namespace

OutboxDrain::Aftermath OutboxDrain::Run(Outbox* outbox) {
  for (const Effect& effect : outbox->effects()) {
    switch (effect.kind) {
      case Kind::kWrite:
      case Kind::kFinish:
      case Kind::kReset:
      case Kind::kPauseReading:
      case Kind::kResumeReading:
      case Kind::kRespond:
      case Kind::kRespondStart:
      case Kind::kSwitch:
        ToConnection(effect, *outbox);
        break;
      case Kind::kForward:
        writer_->Forward(effect.id, outbox->Data(effect.data),
                         outbox->forward(effect));
        break;
      case Kind::kWithdraw:
        writer_->Gone(effect.id);
        break;
      case Kind::kOpen:
      case Kind::kMessage:
      case Kind::kEvent:
      case Kind::kAck:
      case Kind::kClosed:
      case Kind::kAway:
      case Kind::kBack:
      case Kind::kCongested:
      case Kind::kDrained:
      case Kind::kDropped:
      case Kind::kSynced:
      case Kind::kBroadcasts:
      case Kind::kLog:
        ToSession(effect, *outbox);
        break;
    }
  }
  outbox->Clear();
  return std::exchange(aftermath_, {});
}

void OutboxDrain::ToConnection(const Effect& effect, const Outbox& outbox) {
  const ConnectionId id{effect.id};
  if (const SocketId socket = connections_->FindSocket(id)) {
    ToSocket(socket, effect, outbox.Data(effect.data));
  } else if (const uint64_t* ref = connections_->FindRef(id)) {
    ToRelay(*ref, effect, outbox);
  }
  // Otherwise it went meanwhile: nothing can be done for it.
}

void OutboxDrain::ToSocket(SocketId socket, const Effect& effect, Bytes data) {
  switch (effect.kind) {
    case Kind::kWrite:
      return sockets_->Write(socket, data);
    case Kind::kFinish:
      return sockets_->Finish(socket);
    case Kind::kReset:
      return sockets_->Reset(socket);
    case Kind::kPauseReading:
      return sockets_->Pause(socket);
    case Kind::kResumeReading:
      return sockets_->Resume(socket);
    case Kind::kRespond:
    case Kind::kRespondStart:
    case Kind::kSwitch:
    case Kind::kForward:
    case Kind::kWithdraw:
    case Kind::kOpen:
    case Kind::kMessage:
    case Kind::kEvent:
    case Kind::kAck:
    case Kind::kClosed:
    case Kind::kAway:
    case Kind::kBack:
    case Kind::kCongested:
    case Kind::kDrained:
    case Kind::kDropped:
    case Kind::kSynced:
    case Kind::kBroadcasts:
    case Kind::kLog:
      return;  // of relays and sessions
  }
}

void OutboxDrain::ToRelay(uint64_t ref, const Effect& effect,
                          const Outbox& outbox) {
  Relay* relay = connections_->FindRelay(ref);
  switch (effect.kind) {
    case Kind::kWrite:
      return writer_->Bytes(ref, outbox.Data(effect.data));
    case Kind::kFinish:
    case Kind::kReset:
      writer_->Finish(ref);
      return EndRelay(ref);
    case Kind::kPauseReading:
      relay->paused = true;
      if (relay->relaying) writer_->Pause(ref);
      return;
    case Kind::kResumeReading:
      relay->paused = false;
      relay->held = 0;
      if (relay->relaying) writer_->Resume(ref);
      return;
    case Kind::kRespond:
      writer_->Response(ref, outbox.head(effect), outbox.Data(effect.data));
      return EndRelay(ref);
    case Kind::kRespondStart:
      return writer_->ResponseStart(ref, outbox.head(effect));
    case Kind::kSwitch:
      relay->switched = true;
      return writer_->Switch(ref, outbox.head(effect));
    case Kind::kForward:
    case Kind::kWithdraw:
    case Kind::kOpen:
    case Kind::kMessage:
    case Kind::kEvent:
    case Kind::kAck:
    case Kind::kClosed:
    case Kind::kAway:
    case Kind::kBack:
    case Kind::kCongested:
    case Kind::kDrained:
    case Kind::kDropped:
    case Kind::kSynced:
    case Kind::kBroadcasts:
    case Kind::kLog:
      return;  // of sessions
  }
}

void OutboxDrain::ToSession(const Effect& effect, const Outbox& outbox) {
  const SessionId id{effect.id};
  // What follows something that was dropped is dropped too: no gaps.
  const auto& gone = aftermath_.oversized;
  if (effect.kind != Kind::kClosed && effect.kind != Kind::kLog &&
      std::find(gone.begin(), gone.end(), id) != gone.end())
    return;
  if (!ToNode(effect, outbox)) aftermath_.oversized.push_back(id);
}

// False: too large for a packet.
bool OutboxDrain::ToNode(const Effect& effect, const Outbox& outbox) {
  const Bytes owner = outbox.Data(effect.owner);
  const Bytes data = outbox.Data(effect.data);
  const SessionId id{effect.id};
  switch (effect.kind) {
    case Kind::kOpen:
      return writer_->Open(id, effect.listener, effect.route,
                           outbox.open(effect));
    case Kind::kMessage:
      writer_->Message(id, owner, effect.payload, data);
      return true;
    case Kind::kEvent:
      return writer_->Event(id, owner, data, outbox.value(effect),
                            NumberOf(effect), effect.size);
    case Kind::kAck:
      return writer_->Ack(id, owner, effect.number, outbox.value(effect),
                          effect.size);
    case Kind::kClosed:
      writer_->Closed(owner, effect.code, data);
      return true;
    case Kind::kAway:
      writer_->Away(owner);
      return true;
    case Kind::kBack:
      writer_->Back(owner);
      return true;
    case Kind::kCongested:
      writer_->Congested(owner);
      return true;
    case Kind::kDrained:
      writer_->Drained(owner);
      return true;
    case Kind::kDropped:
      writer_->Dropped(owner, effect.number);
      return true;
    case Kind::kSynced:
      writer_->Synced(owner, effect.number);
      return true;
    case Kind::kBroadcasts:
      writer_->Broadcasts(owner, effect.number, effect.size);
      return true;
    case Kind::kLog:
      writer_->Log(effect.code, data);
      return true;
    case Kind::kWrite:
    case Kind::kFinish:
    case Kind::kReset:
    case Kind::kPauseReading:
    case Kind::kResumeReading:
    case Kind::kRespond:
    case Kind::kRespondStart:
    case Kind::kSwitch:
    case Kind::kForward:
    case Kind::kWithdraw:
      return true;  // of connections
  }
  return true;
}

void OutboxDrain::EndRelay(uint64_t ref) {
  aftermath_.ended.push_back(connections_->FindRelay(ref)->id);
  connections_->EraseRelay(ref);
}

}  // namespace rabbit_socks::server
