// SPDX-License-Identifier: MPL-2.0
// What all compressed connections of an edge have in common, so that none of
// them needs it for itself: compressors for messages that refer to no other, an
// inflater between two messages, and room to work in.
//
// Outlives the codecs that use it. Nothing is taken before it is needed.
#ifndef RABBIT_SOCKS_WEBSOCKET_DEFLATE_POOL_H_
#define RABBIT_SOCKS_WEBSOCKET_DEFLATE_POOL_H_

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "websocket/deflater.h"
#include "websocket/inflater.h"

namespace rabbit_socks::websocket {

class DeflatePool {
 public:
  // Bytes of a message that are inflated at a time.
  static constexpr size_t kBlock = 16384;

  // For one message that refers to no other; its window is 2^15 bytes.
  std::unique_ptr<Inflater> Borrow();
  void GiveBack(std::unique_ptr<Inflater> inflater);

  // REQUIRES: 9 to 15
  Deflater& Compressor(int window_bits);

  // kBlock bytes, for the one who inflates.
  std::span<char> block();
  // For the one who compresses. ReleaseOutput gives back what an unusually
  // large message took.
  std::string& output() { return output_; }
  void ReleaseOutput();

 private:
  std::unique_ptr<Inflater> idle_;
  std::array<std::unique_ptr<Deflater>, 7> compressors_;
  std::unique_ptr<char[]> block_;
  std::string output_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_DEFLATE_POOL_H_
