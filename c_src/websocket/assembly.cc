// SPDX-License-Identifier: MPL-2.0
#include "websocket/assembly.h"

#include <algorithm>
#include <cstring>

namespace rabbit_socks::websocket {

void Assembly::Append(base::Bytes piece, size_t limit) {
  if (piece.empty()) return;
  if (!buffer_) buffer_ = std::make_unique<Buffer>();
  Buffer& buffer = *buffer_;
  const size_t needed = buffer.size + piece.size();
  if (needed > buffer.room) {
    // By hand: std::string would double beyond any limit.
    const size_t room = std::max(needed, std::min(2 * buffer.room, limit));
    auto grown = std::make_unique_for_overwrite<char[]>(room);
    if (buffer.size > 0)
      std::memcpy(grown.get(), buffer.data.get(), buffer.size);
    buffer.data = std::move(grown);
    buffer.room = room;
  }
  std::memcpy(buffer.data.get() + buffer.size, piece.data(), piece.size());
  buffer.size = needed;
}

}  // namespace rabbit_socks::websocket
