// SPDX-License-Identifier: MPL-2.0
#include "server/outbox_drain.h"

namespace rabbit_socks::server {

using base::Bytes;
using base::ConnectionId;
using base::Effect;
using base::Outbox;
using base::SessionId;
using net::SocketId;
using Kind = Effect::Kind;

void OutboxDrain::Run(Outbox* outbox, std::vector<ConnectionId>* ended) {
  ended_ = ended;
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
      case Kind::kOpen:
      case Kind::kMessage:
      case Kind::kClosed:
      case Kind::kCongested:
      case Kind::kDrained:
      case Kind::kLog:
        ToSession(effect, *outbox);
        break;
    }
  }
  outbox->Clear();
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
    case Kind::kOpen:
    case Kind::kMessage:
    case Kind::kClosed:
    case Kind::kCongested:
    case Kind::kDrained:
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
    case Kind::kOpen:
    case Kind::kMessage:
    case Kind::kClosed:
    case Kind::kCongested:
    case Kind::kDrained:
    case Kind::kLog:
      return;  // of sessions
  }
}

void OutboxDrain::ToSession(const Effect& effect, const Outbox& outbox) {
  const Bytes owner = outbox.Data(effect.owner);
  const Bytes data = outbox.Data(effect.data);
  switch (effect.kind) {
    case Kind::kOpen:
      return writer_->Open(SessionId{effect.id}, effect.listener, effect.route,
                           outbox.open(effect));
    case Kind::kMessage:
      return writer_->Message(SessionId{effect.id}, owner, effect.payload,
                              data);
    case Kind::kClosed:
      return writer_->Closed(owner, effect.code, data);
    case Kind::kCongested:
      return writer_->Congested(owner);
    case Kind::kDrained:
      return writer_->Drained(owner);
    case Kind::kLog:
      return writer_->Log(effect.code, data);
    case Kind::kWrite:
    case Kind::kFinish:
    case Kind::kReset:
    case Kind::kPauseReading:
    case Kind::kResumeReading:
    case Kind::kRespond:
    case Kind::kRespondStart:
    case Kind::kSwitch:
      return;  // of connections
  }
}

void OutboxDrain::EndRelay(uint64_t ref) {
  ended_->push_back(connections_->FindRelay(ref)->id);
  connections_->EraseRelay(ref);
}

}  // namespace rabbit_socks::server
