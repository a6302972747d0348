// SPDX-License-Identifier: MPL-2.0
// Bytes of the link in, whole packets out: each is a 4-byte big-endian length
// and so many bytes.
//
// Usage: read into Room(), tell Filled, then call Next until it is not kPacket.
// Packets are views into the buffer and live until the next Room().
#ifndef RABBIT_SOCKS_NET_PACKET_BUFFER_H_
#define RABBIT_SOCKS_NET_PACKET_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace rabbit_socks::net {

class PacketBuffer {
 public:
  static constexpr size_t kBaseCapacity = 65536;  // what a pipe holds

  enum class Status : unsigned char { kPacket, kNeedMore, kGarbage };

  explicit PacketBuffer(uint32_t max_packet);

  // Never empty. Grows to a long packet once its length is known, and back.
  std::span<char> Room();
  void Filled(size_t bytes) { end_ += bytes; }
  // kGarbage: a length over max_packet; no further calls.
  Status Next(base::Bytes* packet);

  size_t capacity() const { return capacity_; }

 private:
  void Move(size_t capacity);
  // The length word at begin_. REQUIRES: it is there
  uint32_t Length() const;

  std::unique_ptr<char[]> buffer_;
  size_t capacity_;
  uint32_t max_packet_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_PACKET_BUFFER_H_
