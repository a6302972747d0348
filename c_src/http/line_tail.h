// SPDX-License-Identifier: MPL-2.0
// The last bytes of a line that arrives in pieces.
//
// llhttp does not say how a request line ended, and takes other endings than "
// HTTP/1.1" CR LF.
#ifndef RABBIT_SOCKS_HTTP_LINE_TAIL_H_
#define RABBIT_SOCKS_HTTP_LINE_TAIL_H_

#include <cstddef>
#include <string>

#include "base/bytes.h"

namespace rabbit_socks::http {

class LineTail {
 public:
  static constexpr size_t kSize =
      11;  // of " HTTP/1.1\r\n"; fits a string without allocation

  void Append(base::Bytes piece) {
    if (piece.size() >= kSize) {
      bytes_ = piece.substr(piece.size() - kSize);
      return;
    }
    if (bytes_.size() + piece.size() > kSize)
      bytes_.erase(0, bytes_.size() + piece.size() - kSize);
    bytes_ += piece;
  }
  // REQUIRES: suffix.size() <= kSize
  bool EndsWith(base::Bytes suffix) const {
    return base::Bytes(bytes_).ends_with(suffix);
  }
  void Clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_LINE_TAIL_H_
