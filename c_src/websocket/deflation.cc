// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflation.h"

#include <utility>

namespace rabbit_socks::websocket {

using base::Bytes;

bool Deflation::Announce(uint64_t length, uint32_t max_message) {
  // The worst compressor that zlib has (its smallest window and memory) makes
  // 15 % more of what cannot be compressed.
  const uint64_t most = uint64_t{max_message} + max_message / 4 + 1024;
  if (length > most - announced_) return false;
  announced_ += length;
  return true;
}

Deflation::Block Deflation::Inflate(Bytes* input, bool last) {
  if (!inflater_)
    inflater_ = terms_.client_takeover
                    ? std::make_unique<Inflater>(terms_.client_bits)
                    : pool_->Borrow();
  const std::span<char> room = pool_->block();
  const Inflater::Result result = inflater_->Run(input, last, room);
  return {{room.data(), result.size}, result.status};
}

void Deflation::EndMessage() {
  announced_ = 0;
  if (inflater_ && !terms_.client_takeover)
    pool_->GiveBack(std::move(inflater_));
}

Bytes Deflation::Compress(Bytes message) {
  std::string& output = pool_->output();
  if (terms_.server_takeover) {
    if (!deflater_) deflater_ = std::make_unique<Deflater>(terms_.server_bits);
    // Also when it became longer: the next one may refer to it.
    deflater_->Compress(message, &output);
    return output;
  }
  Deflater& compressor = pool_->Compressor(terms_.server_bits);
  compressor.Compress(message, &output);
  compressor.Forget();
  return output.size() < message.size() ? Bytes(output) : Bytes();
}

size_t Deflation::held() const {
  return inflater_ && !terms_.client_takeover ? Inflater::Cost(15) : 0;
}

}  // namespace rabbit_socks::websocket
