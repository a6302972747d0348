// SPDX-License-Identifier: MPL-2.0
#include "net/send_queue.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace rabbit_socks::net {
namespace {

// What was sent is cut off when it is at least this much and at least half:
// each byte is moved at most once.
constexpr size_t kMinCut = 65536;

}  // namespace

void SendQueue::Append(base::Bytes bytes, BufferPool* pool) {
  if (bytes.empty()) return;
  if (data_.empty()) data_ = pool->Get();
  data_.append(bytes);
}

void SendQueue::AppendOwned(std::string bytes) {
  if (empty()) {
    data_ = std::move(bytes);
    sent_ = 0;
  } else {
    data_.append(bytes);
  }
}

int SendQueue::Flush(int fd, BufferPool* pool) {
  if (empty()) return 0;
  ssize_t taken = 0;
  do {
    taken = write(fd, data_.data() + sent_, size());
  } while (taken < 0 && errno == EINTR);
  if (taken < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
  Taken(static_cast<size_t>(taken), pool);
  return 0;
}

void SendQueue::Taken(size_t bytes, BufferPool* pool) {
  sent_ += bytes;
  if (empty()) {
    pool->Put(std::move(data_));
    Drop();
  } else if (sent_ >= kMinCut && sent_ >= data_.size() / 2) {
    data_.erase(0, sent_);
    sent_ = 0;
  }
}

void SendQueue::Drop() {
  data_ = std::string();
  sent_ = 0;
}

}  // namespace rabbit_socks::net
