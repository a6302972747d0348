// SPDX-License-Identifier: MPL-2.0
#include "net/socket_table.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace rabbit_socks::net {
namespace {

// One for all sockets: bytes are used or copied before the next read.
constexpr size_t kReadBuffer = 65536;

// What may be gathered in a turn: for each socket enough that one write pays,
// for all of them together no more than this.
constexpr size_t kGatheredEach = 16384;
constexpr size_t kGatheredLeast = size_t{1} << 20;
constexpr size_t kGatheredMost = size_t{64} << 20;

}  // namespace

SocketTable::SocketTable(uv_loop_t* loop, Events* events)
    : read_buffer_(std::make_unique_for_overwrite<char[]>(kReadBuffer)),
      context_{loop, events, {read_buffer_.get(), kReadBuffer}, {}, {}, {}, {},
               0,    0} {}

SocketId SocketTable::Open(int fd, bool paused,
                           std::unique_ptr<TlsStream> tls) {
  if (sockets_.size() >= decltype(sockets_)::kMaxSlots) {
    close(fd);
    return {};
  }
  auto socket = std::make_unique<Socket>(&context_, paused, std::move(tls));
  if (socket->Open(fd) != 0) return {};
  Socket* opened = socket.get();
  const SocketId id = sockets_.Insert(std::move(socket));
  opened->Start(id);
  return id;
}

void SocketTable::Settle() {
  settling_ = true;
  context_.gathered = 0;
  context_.handshakes = 0;
  batch_.clear();
  std::swap(batch_, context_.dirty);
  for (const SocketId id : batch_) {
    if (Socket* socket = sockets_.Find(id)) socket->Settle();
  }
  settling_ = false;
}

void SocketTable::Relieve() {
  if (settling_ || context_.gathered <= kGatheredLeast) return;
  const size_t most =
      std::min(context_.dirty.size() * kGatheredEach, kGatheredMost);
  if (context_.gathered > most) Settle();
}

void SocketTable::Reap() {
  batch_.clear();
  std::swap(batch_, context_.doomed);
  for (const SocketId id : batch_) {
    sockets_.Erase(id);
    context_.events->OnGone(id, context_.now());
  }
}

void SocketTable::Tick(base::Time now) {
  auto& lingering = context_.lingering;
  lingering.erase(std::remove_if(lingering.begin(), lingering.end(),
                                 [&](SocketId id) {
                                   Socket* socket = sockets_.Find(id);
                                   return socket == nullptr ||
                                          !socket->CheckDeadline(now);
                                 }),
                  lingering.end());
}

}  // namespace rabbit_socks::net
