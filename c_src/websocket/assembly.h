// SPDX-License-Identifier: MPL-2.0
// Holds what arrived of a message in pieces.
//
// One pointer while nothing is held, so that an idle connection stays small. A
// piece costs its own bytes and no more than amortised copying: room is
// doubled, but never beyond the limit, and grows where it lies if the allocator
// can: old and new are not both held (attack row D01). Nothing is set aside for
// bytes that a peer has only announced.
#ifndef RABBIT_SOCKS_WEBSOCKET_ASSEMBLY_H_
#define RABBIT_SOCKS_WEBSOCKET_ASSEMBLY_H_

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "base/bytes.h"

namespace rabbit_socks::websocket {

class Assembly {
 public:
  // REQUIRES: size() + piece.size() <= limit, and the same limit each time
  void Append(base::Bytes piece, size_t limit);
  // Lives until the next Append or Free.
  base::Bytes bytes() const {
    return buffer_ ? base::Bytes(buffer_->data.get(), buffer_->size)
                   : base::Bytes();
  }
  size_t size() const { return buffer_ ? buffer_->size : 0; }
  // Bytes of heap set aside.
  size_t room() const { return buffer_ ? buffer_->room : 0; }
  void Free() { buffer_.reset(); }

 private:
  struct Release {
    void operator()(char* data) const { std::free(data); }
  };
  struct Buffer {
    std::unique_ptr<char[], Release> data;
    size_t size = 0;
    size_t room = 0;
  };
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_ASSEMBLY_H_
