// SPDX-License-Identifier: MPL-2.0
#include "net/socket.h"

#include "net/socket_options.h"

namespace rabbit_socks::net {
namespace {

constexpr base::Time kHandshakeTimeout = 5000;
constexpr base::Time kFlushTimeout = 30000;
constexpr base::Time kDrainTimeout = 2000;
// A step may take a millisecond of arithmetic: so many at a time between those
// who are served already (attack row T09).
constexpr int kHandshakesPerTurn = 8;

}  // namespace

Socket::~Socket() {
  if (reset_) ResetOnClose(watch_.fd());
}

void Socket::Start(SocketId id) {
  id_ = id;
  if (path_.tls() != nullptr) {
    phase_ = Phase::kHandshake;
    deadline_ = context_->now() + kHandshakeTimeout;
    context_->lingering.push_back(id_);
  }
  MarkDirty();
}

void Socket::MarkDirty() {
  if (dirty_) return;
  dirty_ = true;
  context_->dirty.push_back(id_);
}

void Socket::Write(base::Bytes bytes) {
  if (phase_ != Phase::kOpen) return;
  queue_.Append(bytes, &context_->pool);
  context_->gathered += bytes.size();
  MarkDirty();
}

void Socket::Finish() {
  if (phase_ == Phase::kHandshake) return Reset();
  if (phase_ != Phase::kOpen) return;
  phase_ = Phase::kFlushing;
  deadline_ = context_->now() + kFlushTimeout;
  context_->lingering.push_back(id_);
  MarkDirty();
}

void Socket::Reset() { Doom(true); }

void Socket::Doom(bool reset) {
  if (phase_ == Phase::kDoomed) return;
  phase_ = Phase::kDoomed;
  reset_ = reset;
  queue_.Drop();
  context_->doomed.push_back(id_);
}

void Socket::SetPaused(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  MarkDirty();
}

int Socket::Wanted() const {
  if (phase_ == Phase::kHandshake) return path_.Adjust(UV_READABLE);
  int wanted = queue_.empty() && phase_ != Phase::kFlushing ? 0 : UV_WRITABLE;
  if (peer_ended_) return path_.Adjust(wanted);
  if (!paused_ || phase_ != Phase::kOpen)
    return path_.Adjust(wanted | UV_READABLE);
  // A paused socket still hears of a reset, and once of a FIN.
  if (!hung_up_) wanted |= UV_DISCONNECT;
  return path_.Adjust(wanted);
}

void Socket::Settle() {
  dirty_ = false;
  if (phase_ == Phase::kDoomed) return;
  if (phase_ == Phase::kHandshake) return watch_.Want(Wanted());
  const size_t before = queue_.size();
  if (!path_.Flush(watch_.fd(), &queue_, &context_->pool)) return Broken();
  if (phase_ == Phase::kFlushing) {
    if (queue_.empty() && path_.End(watch_.fd())) {
      phase_ = Phase::kDraining;
      deadline_ = context_->now() + kDrainTimeout;
    } else if (queue_.size() < before) {
      deadline_ = context_->now() + kFlushTimeout;
    }
  }
  if (phase_ == Phase::kDraining && peer_ended_) return Doom(false);
  if (path_.buffered() && !paused_ && phase_ == Phase::kOpen) {
    ReadOnce();
    if (phase_ == Phase::kDoomed) return;
  }
  watch_.Want(Wanted());
  // After every turn with a write, also when the kernel took all of it: the
  // listener counts from the moment of its writing.
  if (before == 0 && queue_.size() == reported_) return;
  reported_ = queue_.size();
  context_->events->OnQueued(id_, reported_, context_->now());
}

// Reset by the peer. What it sent before that counts.
void Socket::Broken() {
  while ((!paused_ || phase_ != Phase::kOpen) && !peer_ended_ && ReadOnce()) {
  }
  Doom(false);
}

bool Socket::CheckDeadline(base::Time now) {
  if (phase_ == Phase::kDoomed || phase_ == Phase::kOpen) return false;
  if (now < deadline_) return true;
  if (phase_ == Phase::kHandshake)
    context_->events->OnHandshakeFailed(id_, "it took too long", now);
  // Bytes that the peer refuses are dropped with the connection; a peer that
  // only does not end its side gets an orderly end.
  Doom(phase_ == Phase::kFlushing);
  return false;
}

void Socket::OnReady(int status, int events) {
  if (phase_ == Phase::kDoomed) return;
  if (status < 0) return phase_ == Phase::kHandshake ? Doom(false) : Broken();
  if (phase_ == Phase::kHandshake) return ShakeHands();
  if ((events & UV_DISCONNECT) != 0) {
    hung_up_ = true;
    MarkDirty();
  }
  if ((events & UV_WRITABLE) != 0 || path_.write_wants_read()) MarkDirty();
  if ((events & UV_READABLE) != 0 || path_.read_wants_write()) ReadOnce();
}

void Socket::ShakeHands() {
  // Level-triggered: who has to wait is called again in the next turn.
  if (context_->handshakes >= kHandshakesPerTurn) return;
  ++context_->handshakes;
  TlsStream* tls = path_.tls();
  MarkDirty();
  switch (tls->Handshake()) {
    case TlsStream::Step::kDone:
      phase_ = Phase::kOpen;
      return context_->events->OnSecured(id_, tls->PeerCertificate(),
                                         context_->now());
    case TlsStream::Step::kWait:
      return;
    case TlsStream::Step::kEnd:
    case TlsStream::Step::kBroken:
      break;
  }
  context_->events->OnHandshakeFailed(id_, tls->fault(), context_->now());
  // The alert that says why must not be overtaken by a reset.
  phase_ = Phase::kDraining;
  deadline_ = context_->now() + kDrainTimeout;
  BytePath::EndRaw(watch_.fd());
}

bool Socket::ReadOnce() {
  const std::span<char> buffer = context_->read_buffer;
  size_t got = 0;
  // Once our side has ended nobody asks what the peer says.
  const BytePath::Received received =
      phase_ == Phase::kDraining
          ? BytePath::ReceiveRaw(watch_.fd(), buffer, &got)
          : path_.Receive(watch_.fd(), buffer, &got);
  const base::Time now = context_->now();
  switch (received) {
    case BytePath::Received::kBytes:
      if (path_.buffered()) MarkDirty();
      if (phase_ == Phase::kOpen)
        context_->events->OnBytes(id_, buffer.first(got), now);
      return phase_ != Phase::kDoomed;
    case BytePath::Received::kNothing:
      return false;
    case BytePath::Received::kEnd:
      peer_ended_ = true;
      MarkDirty();
      if (phase_ == Phase::kOpen) context_->events->OnEnd(id_, now);
      return false;
    case BytePath::Received::kBroken:
      break;
  }
  Doom(false);
  return false;
}

}  // namespace rabbit_socks::net
