// SPDX-License-Identifier: MPL-2.0
// Bytes after the handshake to messages, and back: one interface for hixie and
// hybi framing.
//
// A codec keeps the state of one connection: a message in pieces and never more
// than max_message bytes of it, none between messages; and the contexts of
// permessage-deflate, if negotiated (websocket/deflation.h), which sending
// changes as well.
// It decides nothing about closing: it reports. Fault::code is the close code
// to fail the connection with (RFC 6455 7.4.1): 1002, 1007, 1008, 1009.
#ifndef RABBIT_SOCKS_WEBSOCKET_CODEC_H_
#define RABBIT_SOCKS_WEBSOCKET_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "websocket/deflation.h"
#include "websocket/handshake.h"

namespace rabbit_socks::websocket {

struct Limits {
  uint32_t max_message = 1048576;  // bytes, after reassembly (1009)
  uint32_t max_fragments = 4096;   // of one message, empty ones too (1008)
};

// Whether two codecs make the same bytes of a message: those of one class do.
enum class FrameClass : unsigned char {
  kOwn = 0,       // no two: compressed with what was said before
  kHixie = 1,     // text between 00 and FF
  kFrame = 2,     // a frame as RFC 6455 and its drafts have it
  kDeflated = 9,  // and 10 to 15: compressed within a window of 2^n bytes
};
inline constexpr size_t kFrameClasses = 16;

// Receives what was read. Views live through the call only.
class Sink {
 public:
  virtual ~Sink() = default;
  // A whole message. False: stop after this one (no credit); Feed returns and
  // is called later with the rest.
  virtual bool OnMessage(base::Payload payload, base::Bytes data) = 0;
  virtual void OnPing(base::Bytes data) = 0;
  virtual void OnPong(base::Bytes data) = 0;
  // The peer's close: 1005 and "" when the frame had no body. Nothing is
  // reported after it and the rest of the bytes is dropped.
  virtual void OnClose(uint16_t code, base::Bytes reason) = 0;
};

class Codec {
 public:
  struct Outcome {
    size_t consumed = 0;  // less than given only after OnMessage returned false
    base::Fault fault;    // set: no further Feed
  };

  virtual ~Codec() = default;
  // Bytes may be changed in place (unmasking).
  virtual Outcome Feed(std::span<char> bytes, Sink* sink) = 0;

  // Append one frame. AppendMessage returns false and appends nothing when a
  // draft cannot carry the message: binary on hixie, or text there that is not
  // UTF-8, since an FF inside would end the frame early and let the rest pass
  // for frames of ours. The other drafts carry lengths, so there the text is
  // not looked at again: that it is UTF-8 is the caller's promise.
  [[nodiscard]] virtual bool AppendMessage(base::Payload payload,
                                           base::Bytes data,
                                           std::string* out) const = 0;
  // The class of a message of that size: see websocket/shared_frames.h.
  virtual FrameClass frame_class(size_t size) const = 0;
  // Control frames of at most 125 bytes; hixie has none and appends nothing.
  virtual void AppendPing(base::Bytes data, std::string* out) const = 0;
  virtual void AppendPong(base::Bytes data, std::string* out) const = 0;
  // `reason` is cut at 123 bytes between code points, and before what is not
  // UTF-8. Codes that no frame may carry (1005, 1006, 1015, below 1000, above
  // 4999) send an empty body. Version 7 gets 1004 for 1009. hixie-76 sends
  // FF 00, hixie-75 nothing.
  virtual void AppendClose(uint16_t code, base::Bytes reason,
                           std::string* out) const = 0;
  // False for hixie: no pings, close codes or binary.
  virtual bool has_control_frames() const = 0;
  // Bytes of heap held for a message in pieces.
  virtual size_t held() const = 0;
};

// `deflation`: what was negotiated of it; none for drafts before RFC 6455.
std::unique_ptr<Codec> MakeCodec(
    Draft draft, const Limits& limits,
    std::unique_ptr<Deflation> deflation = nullptr);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_CODEC_H_
