// SPDX-License-Identifier: MPL-2.0
#include "websocket/inflater.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"

namespace rabbit_socks::websocket {

using base::Bytes;

namespace {

// Of zlib's state without the window.
constexpr size_t kStateSize = 7168;

}  // namespace

Inflater::Inflater(int window_bits) : stream_(std::make_unique<z_stream_s>()) {
  RS_CHECK(inflateInit2(stream_.get(), -std::max(window_bits, 9)) == Z_OK,
           "no memory for an inflater");
}

Inflater::~Inflater() { static_cast<void>(inflateEnd(stream_.get())); }

Inflater::Result Inflater::Run(Bytes* input, bool last, std::span<char> room) {
  Result result;
  while (true) {
    Bytes* from = in_tail_ ? &tail_ : input;
    if (ended_) {
      // A block that ends in what was put back was not whole.
      if (in_tail_) result.status = Status::kCorrupt;
      if (in_tail_ || from->empty()) return result;
      // Not inflateReset, which forgets the window; and what zlib documents
      // for that, copying the window out and in again, costs 64 KiB of copies
      // for each two bytes of a hostile message.
      RS_CHECK(inflateResetKeep(stream_.get()) == Z_OK, "an inflater broke");
      ended_ = false;
    }
    const int code = Step(from, room.subspan(result.size), &result.size);
    if (code == Z_STREAM_END) {
      ended_ = true;
      continue;
    }
    // A buffer error says that there is nothing to do.
    if (code != Z_OK && code != Z_BUF_ERROR) {
      result.status = Status::kCorrupt;
      return result;
    }
    if (result.size == room.size()) {
      result.status = Status::kFull;
      return result;
    }
    if (!last) return result;
    if (in_tail_) {
      in_tail_ = false;
      if (!at_boundary()) result.status = Status::kCorrupt;
      return result;
    }
    in_tail_ = true;
    tail_ = Bytes("\x00\x00\xff\xff", 4);
  }
}

int Inflater::Step(Bytes* input, std::span<char> room, size_t* made) {
  // zlib's interface knows no const; it does not write there.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input->data()));
  stream_->avail_in = static_cast<uInt>(input->size());
  stream_->next_out = reinterpret_cast<Bytef*>(room.data());
  stream_->avail_out = static_cast<uInt>(room.size());
  const int code = inflate(stream_.get(), Z_SYNC_FLUSH);
  RS_CHECK(code != Z_MEM_ERROR, "no memory for an inflater's window");
  input->remove_prefix(input->size() - stream_->avail_in);
  *made += room.size() - stream_->avail_out;
  return code;
}

// zlib.h: data_type tells the bits that are left over in the last byte, and 128
// is added right after the end of a block.
bool Inflater::at_boundary() const {
  return (stream_->data_type & (128 | 63)) == 128;
}

void Inflater::Forget() {
  RS_CHECK(inflateReset(stream_.get()) == Z_OK, "an inflater broke");
  ended_ = false;
}

size_t Inflater::Cost(int window_bits) {
  return sizeof(Inflater) + sizeof(z_stream_s) + kStateSize +
         (size_t{1} << std::max(window_bits, 9));
}

}  // namespace rabbit_socks::websocket
