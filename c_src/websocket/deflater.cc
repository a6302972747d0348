// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflater.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>

#include "base/check.h"

namespace rabbit_socks::websocket {

using base::Bytes;

namespace {

constexpr size_t kTailSize = 4;
// The fastest: zlib's usual level makes messages a tenth to a fifth smaller and
// costs up to twice the time (docs/PERFORMANCE.md).
constexpr int kLevel = 1;

// As much memory for matches as for the window.
int MemLevel(int window_bits) { return std::clamp(window_bits - 7, 1, 8); }

}  // namespace

Deflater::Deflater(int window_bits) : stream_(std::make_unique<z_stream_s>()) {
  RS_CHECK(deflateInit2(stream_.get(), kLevel, Z_DEFLATED, -window_bits,
                        MemLevel(window_bits), Z_DEFAULT_STRATEGY) == Z_OK,
           "no memory for a deflater");
}

Deflater::~Deflater() { static_cast<void>(deflateEnd(stream_.get())); }

void Deflater::Compress(Bytes message, std::string* out) {
  stream_->next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_->avail_in = static_cast<uInt>(message.size());
  size_t size = 0;
  do {
    // The bound holds for a stream that is finished; a flush adds its empty
    // block.
    out->resize(size + deflateBound(stream_.get(), stream_->avail_in) + 16);
    stream_->next_out = reinterpret_cast<Bytef*>(out->data() + size);
    stream_->avail_out = static_cast<uInt>(out->size() - size);
    // A buffer error says that the room before was just enough.
    const int code = deflate(stream_.get(), Z_SYNC_FLUSH);
    RS_CHECK(code == Z_OK || code == Z_BUF_ERROR, "a deflater broke");
    size = out->size() - stream_->avail_out;
  } while (stream_->avail_out == 0);
  // 7.2.1: remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end.
  out->resize(size - kTailSize);
}

void Deflater::Forget() {
  RS_CHECK(deflateReset(stream_.get()) == Z_OK, "a deflater broke");
}

}  // namespace rabbit_socks::websocket
