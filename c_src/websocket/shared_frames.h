// SPDX-License-Identifier: MPL-2.0
// One message for many connections, encoded and compressed once for each class
// of them and not once for each.
//
// A server's frames are not masked, so the bytes are the same for every
// connection of a class. Not for those that compress with what was said before
// (FrameClass::kOwn): there each encodes for itself.
#ifndef RABBIT_SOCKS_WEBSOCKET_SHARED_FRAMES_H_
#define RABBIT_SOCKS_WEBSOCKET_SHARED_FRAMES_H_

#include <array>
#include <string>

#include "base/bytes.h"
#include "websocket/codec.h"

namespace rabbit_socks::websocket {

class SharedFrames {
 public:
  // `data` outlives it.
  SharedFrames(base::Payload payload, base::Bytes data)
      : data_(data), payload_(payload) {}

  base::Payload payload() const { return payload_; }
  // What to send on a connection with this codec; lives as long as this. Empty:
  // use codec.AppendMessage, for the codec has a context of its own or its
  // draft cannot carry the message.
  base::Bytes For(const Codec& codec);

 private:
  base::Bytes data_;
  base::Payload payload_;
  std::array<std::string, kFrameClasses> frames_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_SHARED_FRAMES_H_
