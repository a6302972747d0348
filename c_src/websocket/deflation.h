// SPDX-License-Identifier: MPL-2.0
// permessage-deflate on one connection: RFC 7692 section 7.2 under the terms
// that were agreed.
//
// Costs a few words until a message is compressed. With context takeover it
// then keeps an inflater or a deflater of its own; without, it works with those
// of the pool, and holds an inflater only while a message is under way.
#ifndef RABBIT_SOCKS_WEBSOCKET_DEFLATION_H_
#define RABBIT_SOCKS_WEBSOCKET_DEFLATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "websocket/deflate_pool.h"
#include "websocket/deflate_terms.h"

namespace rabbit_socks::websocket {

class Deflation {
 public:
  struct Block {
    base::Bytes bytes;  // in the pool's block: until that is used again
    Inflater::Status status = Inflater::Status::kDone;
  };

  // `pool` outlives it.
  Deflation(const DeflateTerms& terms, DeflatePool* pool)
      : terms_(terms), pool_(pool) {}

  // A frame of a compressed message begins. False: so many bytes cannot be a
  // message within the limit (they would go on with empty blocks for ever).
  [[nodiscard]] bool Announce(uint64_t length, uint32_t max_message);
  // The next block of the message that *input goes on with; it takes off what
  // it used. `last`: it is the rest of the message.
  Block Inflate(base::Bytes* input, bool last);
  // Call when the message is whole. The last block stays.
  void EndMessage();

  // Whether a message of that size is to be compressed.
  bool Wants(size_t size) const { return size > 0 && size >= terms_.min_size; }
  // The compressed message, in the pool's output. Empty: send it as it is, that
  // is smaller.
  base::Bytes Compress(base::Bytes message);
  void ReleaseOutput() { pool_->ReleaseOutput(); }

  const DeflateTerms& terms() const { return terms_; }
  // Bytes of heap held for a message in pieces.
  size_t held() const;

 private:
  DeflateTerms terms_;
  DeflatePool* pool_;
  uint64_t announced_ = 0;  // bytes of the frames of the message under way
  std::unique_ptr<Inflater> inflater_;
  std::unique_ptr<Deflater> deflater_;  // with server_takeover, once used
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_DEFLATION_H_
