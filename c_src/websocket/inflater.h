// SPDX-License-Identifier: MPL-2.0
// Raw deflate to bytes, a piece at a time and never more than there is room
// for.
//
// The tail 00 00 FF FF that a sender drops from each message (RFC 7692 7.2.1)
// is put back here. A stream that was ended inside a message (BFINAL, 7.2.3.4)
// goes on with the window that it had; each end costs the same few
// instructions, so that many of them in one message are no attack (row D05).
#ifndef RABBIT_SOCKS_WEBSOCKET_INFLATER_H_
#define RABBIT_SOCKS_WEBSOCKET_INFLATER_H_

#include <cstddef>
#include <memory>
#include <span>

#include "base/bytes.h"

struct z_stream_s;

namespace rabbit_socks::websocket {

class Inflater {
 public:
  enum class Status : unsigned char {
    kDone,     // the input is used; with `last` the message is whole
    kFull,     // the room is: call again
    kCorrupt,  // no deflate, or the message ends inside a block
  };
  struct Result {
    size_t size = 0;  // bytes in the room, also with kCorrupt
    Status status = Status::kDone;
  };

  // Memory for the window (2^bits bytes, REQUIRES: 8 to 15) is taken when it is
  // first needed. 8 is read as 9: there are senders whose zlib cannot do less.
  explicit Inflater(int window_bits);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Takes bytes off *input. `last`: it is the rest of the message; then its
  // tail is put back once.
  Result Run(base::Bytes* input, bool last, std::span<char> room);
  // The next message does not refer to what came before.
  void Forget();
  // What one of them takes from the heap at most.
  static size_t Cost(int window_bits);

 private:
  // zlib's answer; adds to *made what it put into the room.
  int Step(base::Bytes* input, std::span<char> room, size_t* made);
  bool at_boundary() const;

  std::unique_ptr<z_stream_s> stream_;
  base::Bytes tail_;  // what is still to be put back, once it began
  bool in_tail_ = false;
  bool ended_ = false;  // by BFINAL; what follows begins a new stream
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_INFLATER_H_
