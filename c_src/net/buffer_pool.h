// SPDX-License-Identifier: MPL-2.0
// Emptied buffers for the next writer: an idle socket keeps none, a busy one
// does not allocate.
#ifndef RABBIT_SOCKS_NET_BUFFER_POOL_H_
#define RABBIT_SOCKS_NET_BUFFER_POOL_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace rabbit_socks::net {

class BufferPool {
 public:
  static constexpr size_t kMaxBuffers = 256;
  static constexpr size_t kMaxCapacity = 16384;  // together at most 4 MiB

  std::string Get() {
    if (buffers_.empty()) return {};
    std::string buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }

  void Put(std::string buffer) {
    if (buffers_.size() >= kMaxBuffers || buffer.capacity() > kMaxCapacity)
      return;
    buffer.clear();
    buffers_.push_back(std::move(buffer));
  }

  size_t size() const { return buffers_.size(); }

 private:
  std::vector<std::string> buffers_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_BUFFER_POOL_H_
