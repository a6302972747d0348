// SPDX-License-Identifier: MPL-2.0
// Fuzz the cuts, not only the bytes: most faults of a stream parser live
// between two reads.
#ifndef RABBIT_SOCKS_TEST_FUZZ_CHUNKS_H_
#define RABBIT_SOCKS_TEST_FUZZ_CHUNKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace rabbit_socks::fuzz {

// Calls feed(piece) for `bytes` cut into pieces of `size` bytes; 0: whole. Each
// piece is a copy in memory of exactly its size, so that ASan sees a read past
// it. Stops when feed returns false; returns the last answer.
template <class Feed>
bool FeedChunks(std::string_view bytes, size_t size, Feed feed) {
  if (size == 0) size = std::max<size_t>(bytes.size(), 1);
  while (!bytes.empty()) {
    const size_t length = std::min(size, bytes.size());
    const auto piece = std::make_unique<char[]>(length);
    bytes.copy(piece.get(), length);
    if (!feed(std::string_view(piece.get(), length))) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

// The first byte of a fuzzer's input is the size of the pieces, the rest the
// bytes. An empty input is whole and empty.
inline std::pair<size_t, std::string_view> SplitChunkSize(const uint8_t* data,
                                                          size_t size) {
  if (size == 0) return {0, {}};
  return {data[0], {reinterpret_cast<const char*>(data) + 1, size - 1}};
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_CHUNKS_H_
