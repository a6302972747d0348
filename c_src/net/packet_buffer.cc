// SPDX-License-Identifier: MPL-2.0
#include "net/packet_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rabbit_socks::net {
namespace {

constexpr size_t kLengthSize = 4;

}  // namespace

PacketBuffer::PacketBuffer(uint32_t max_packet)
    : buffer_(std::make_unique_for_overwrite<char[]>(kBaseCapacity)),
      capacity_(kBaseCapacity),
      max_packet_(max_packet) {}

uint32_t PacketBuffer::Length() const {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthSize; ++i)
    length = (length << 8) | static_cast<unsigned char>(buffer_[begin_ + i]);
  return length;
}

void PacketBuffer::Move(size_t capacity) {
  const size_t held = end_ - begin_;
  if (capacity == capacity_) {
    if (begin_ == 0) return;
    std::memmove(buffer_.get(), buffer_.get() + begin_, held);
  } else {
    auto moved = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(moved.get(), buffer_.get() + begin_, held);
    buffer_ = std::move(moved);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = held;
}

std::span<char> PacketBuffer::Room() {
  // What is left over is the beginning of one packet, so it fits.
  size_t needed = kBaseCapacity;
  if (end_ - begin_ >= kLengthSize)
    needed = std::max(needed, kLengthSize + Length());
  Move(needed);
  return {buffer_.get() + end_, capacity_ - end_};
}

PacketBuffer::Status PacketBuffer::Next(base::Bytes* packet) {
  if (end_ - begin_ < kLengthSize) return Status::kNeedMore;
  const uint32_t length = Length();
  if (length > max_packet_) return Status::kGarbage;
  if (end_ - begin_ - kLengthSize < length) return Status::kNeedMore;
  *packet = base::Bytes(buffer_.get() + begin_ + kLengthSize, length);
  begin_ += kLengthSize + length;
  return Status::kPacket;
}

}  // namespace rabbit_socks::net
