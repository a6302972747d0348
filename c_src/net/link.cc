// SPDX-License-Identifier: MPL-2.0
#include "net/link.h"

#include <unistd.h>

#include <cerrno>
#include <span>

namespace rabbit_socks::net {

int LinkReader::Open(int fd) {
  const int error = watch_.Open(loop_, fd, this);
  if (error == 0) watch_.Want(UV_READABLE);
  return error;
}

// One read a turn: the rest makes the pipe readable again, and the packets of
// this read are answered first.
void LinkReader::OnReady(int /*status*/, int /*events*/) {
  const std::span<char> room = buffer_.Room();
  ssize_t got = 0;
  do {
    got = read(watch_.fd(), room.data(), room.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
  if (got <= 0) return End(false);
  buffer_.Filled(static_cast<size_t>(got));
  DeliverPackets();
}

void LinkReader::DeliverPackets() {
  const base::Time now = uv_now(loop_);
  base::Bytes packet;
  for (;;) {
    switch (buffer_.Next(&packet)) {
      case PacketBuffer::Status::kPacket:
        events_->OnPacket(packet, now);
        break;
      case PacketBuffer::Status::kNeedMore:
        return;
      case PacketBuffer::Status::kGarbage:
        return End(true);
    }
  }
}

void LinkReader::End(bool garbage) {
  watch_.Close();
  events_->OnLinkEnd(garbage);
}

int LinkWriter::Open(int fd) { return watch_.Open(loop_, fd, this); }

void LinkWriter::Flush() {
  if (full_ || broken_ || queue_.empty()) return;
  if (queue_.Flush(watch_.fd(), &pool_) != 0) {
    // Told from the loop, as every other event: the pipe's own error report
    // follows when it is watched.
    queue_.Drop();
    broken_ = true;
    watch_.Want(UV_WRITABLE);
    return;
  }
  full_ = !queue_.empty();
  watch_.Want(full_ ? UV_WRITABLE : 0);
}

void LinkWriter::OnReady(int status, int /*events*/) {
  if (status < 0 || broken_) {
    broken_ = true;
    queue_.Drop();
    watch_.Close();
    events_->OnLinkEnd(false);
    return;
  }
  full_ = false;  // the end of this turn writes on
}

}  // namespace rabbit_socks::net
