// SPDX-License-Identifier: MPL-2.0
#include "websocket/assembly.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace rabbit_socks::websocket {

void Assembly::Append(base::Bytes piece, size_t limit) {
  if (piece.empty()) return;
  if (!buffer_) buffer_ = std::make_unique<Buffer>();
  Buffer& buffer = *buffer_;
  const size_t needed = buffer.size + piece.size();
  if (needed > buffer.room) {
    // By hand: std::string would double beyond any limit.
    const size_t room = std::max(needed, std::min(2 * buffer.room, limit));
    char* grown = static_cast<char*>(std::realloc(buffer.data.release(), room));
    RS_CHECK(grown != nullptr, "no memory for a message in pieces");
    buffer.data.reset(grown);
    buffer.room = room;
  }
  std::memcpy(buffer.data.get() + buffer.size, piece.data(), piece.size());
  buffer.size = needed;
}

}  // namespace rabbit_socks::websocket
