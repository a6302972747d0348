// SPDX-License-Identifier: MPL-2.0
#include "net/socket.h"

#include <sys/socket.h>

#include <cerrno>

#include "net/socket_options.h"

namespace rabbit_socks::net {
namespace {

constexpr base::Time kFlushTimeout = 30000;
constexpr base::Time kDrainTimeout = 2000;

}  // namespace

Socket::~Socket() {
  if (reset_) ResetOnClose(watch_.fd());
}

void Socket::Start(SocketId id) {
  id_ = id;
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
  MarkDirty();
}

void Socket::Finish() {
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
  int wanted = queue_.empty() ? 0 : UV_WRITABLE;
  if (peer_ended_) return wanted;
  if (!paused_ || phase_ != Phase::kOpen) return wanted | UV_READABLE;
  // A paused socket still hears of a reset, and once of a FIN.
  return hung_up_ ? wanted : wanted | UV_DISCONNECT;
}

void Socket::Settle() {
  dirty_ = false;
  if (phase_ == Phase::kDoomed) return;
  const size_t before = queue_.size();
  if (queue_.Flush(watch_.fd(), &context_->pool) != 0) return Broken();
  if (phase_ == Phase::kFlushing) {
    if (queue_.empty()) {
      phase_ = Phase::kDraining;
      deadline_ = context_->now() + kDrainTimeout;
      static_cast<void>(shutdown(watch_.fd(), SHUT_WR));
    } else if (queue_.size() < before) {
      deadline_ = context_->now() + kFlushTimeout;
    }
  }
  if (phase_ == Phase::kDraining && peer_ended_) return Doom(false);
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
  if (phase_ == Phase::kDoomed) return false;
  if (now < deadline_) return true;
  // Bytes that the peer refuses are dropped with the connection; a peer that
  // only does not end its side gets an orderly end.
  Doom(phase_ == Phase::kFlushing);
  return false;
}

void Socket::OnReady(int status, int events) {
  if (phase_ == Phase::kDoomed) return;
  if (status < 0) return Broken();
  if ((events & UV_DISCONNECT) != 0) {
    hung_up_ = true;
    MarkDirty();
  }
  if ((events & UV_WRITABLE) != 0) MarkDirty();
  if ((events & UV_READABLE) != 0) ReadOnce();
}

bool Socket::ReadOnce() {
  const std::span<char> buffer = context_->read_buffer;
  ssize_t got = 0;
  do {
    got = recv(watch_.fd(), buffer.data(), buffer.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) Doom(false);
    return false;
  }
  const base::Time now = context_->now();
  if (got == 0) {
    peer_ended_ = true;
    MarkDirty();
    if (phase_ == Phase::kOpen) context_->events->OnEnd(id_, now);
    return false;
  }
  if (phase_ == Phase::kOpen)
    context_->events->OnBytes(id_, buffer.first(static_cast<size_t>(got)), now);
  return phase_ != Phase::kDoomed;
}

}  // namespace rabbit_socks::net
