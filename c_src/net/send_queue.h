// SPDX-License-Identifier: MPL-2.0
// Bytes on their way to a descriptor: gathered, written with one call, kept
// when the kernel does not take them.
#ifndef RABBIT_SOCKS_NET_SEND_QUEUE_H_
#define RABBIT_SOCKS_NET_SEND_QUEUE_H_

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "net/buffer_pool.h"

namespace rabbit_socks::net {

class SendQueue {
 public:
  void Append(base::Bytes bytes, BufferPool* pool);
  // Takes the string itself when nothing is queued.
  void AppendOwned(std::string bytes);

  // One write of all that is queued. 0, also when the kernel took nothing or a
  // part; otherwise the errno with which the descriptor failed.
  [[nodiscard]] int Flush(int fd, BufferPool* pool);
  void Drop();

  // For who writes by other means: what is to be written next, and that so much
  // of it was.
  base::Bytes front() const { return base::Bytes(data_).substr(sent_); }
  void Taken(size_t bytes, BufferPool* pool);

  size_t size() const { return data_.size() - sent_; }
  bool empty() const { return size() == 0; }

 private:
  std::string data_;
  size_t sent_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SEND_QUEUE_H_
