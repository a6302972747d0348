// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflate_pool.h"

#include <utility>

namespace rabbit_socks::websocket {
namespace {

constexpr int kMinBits = 9, kMaxBits = 15;
constexpr size_t kKeptOutput = 65536;

}  // namespace

std::unique_ptr<Inflater> DeflatePool::Borrow() {
  if (idle_) return std::move(idle_);
  return std::make_unique<Inflater>(kMaxBits);
}

void DeflatePool::GiveBack(std::unique_ptr<Inflater> inflater) {
  if (idle_) return;
  inflater->Forget();
  idle_ = std::move(inflater);
}

Deflater& DeflatePool::Compressor(int window_bits) {
  auto& compressor = compressors_[static_cast<size_t>(window_bits - kMinBits)];
  if (!compressor) compressor = std::make_unique<Deflater>(window_bits);
  return *compressor;
}

std::span<char> DeflatePool::block() {
  if (!block_) block_ = std::make_unique_for_overwrite<char[]>(kBlock);
  return {block_.get(), kBlock};
}

void DeflatePool::ReleaseOutput() {
  output_.clear();
  if (output_.capacity() > kKeptOutput) output_.shrink_to_fit();
}

}  // namespace rabbit_socks::websocket
