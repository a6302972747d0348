// SPDX-License-Identifier: MPL-2.0
// The framing of RFC 6455 section 5, also spoken by hybi-07 to 12 (versions 7
// and 8), which differ only in close codes; with permessage-deflate (RFC 7692)
// where that was negotiated. Compressed data that is corrupt is fault 1007, as
// other servers have it: the RFC names no code.
#ifndef RABBIT_SOCKS_WEBSOCKET_RFC6455_H_
#define RABBIT_SOCKS_WEBSOCKET_RFC6455_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/utf8.h"
#include "websocket/assembly.h"
#include "websocket/codec.h"
#include "websocket/frame_head.h"

namespace rabbit_socks::websocket {

class Rfc6455Codec final : public Codec {
 public:
  Rfc6455Codec(Draft draft, const Limits& limits,
               std::unique_ptr<Deflation> deflation = nullptr)
      : deflation_(std::move(deflation)), limits_(limits), draft_(draft) {}

  Outcome Feed(std::span<char> bytes, Sink* sink) override;
  [[nodiscard]] bool AppendMessage(base::Payload payload, base::Bytes data,
                                   std::string* out) const override;
  FrameClass frame_class(size_t size) const override;
  void AppendPing(base::Bytes data, std::string* out) const override;
  void AppendPong(base::Bytes data, std::string* out) const override;
  void AppendClose(uint16_t code, base::Bytes reason,
                   std::string* out) const override;
  bool has_control_frames() const override { return true; }
  size_t held() const override;

 private:
  // What a piece of a frame led to.
  enum class Next : unsigned char { kGoOn, kPause, kClosed };

  // Takes bytes of a frame's head; true when it is whole.
  bool GatherHead(std::span<char>* bytes);
  base::Fault StartFrame();
  base::Fault TakePayload(std::span<char> piece, bool whole, Sink* sink,
                          Next* next);
  base::Fault TakeCompressed(base::Bytes piece, Sink* sink, Next* next);
  base::Fault EndData(base::Bytes in_place, bool whole, Sink* sink, Next* next);
  base::Fault EndControl(base::Bytes data, Sink* sink, Next* next);
  base::Fault ReadClose(base::Bytes data, Sink* sink) const;
  bool IsCloseCode(uint16_t code) const;

  Assembly message_;                      // of a message in pieces, unmasked
  Assembly control_;                      // of a control frame in pieces
  std::unique_ptr<Deflation> deflation_;  // null: not negotiated
  Limits limits_;
  FrameHead frame_;  // its length is what is still to come
  uint32_t fragments_ = 0;
  base::Utf8Check utf8_;  // complete between messages: each ends so or fails
  std::array<unsigned char, kMaxFrameHead> head_{};
  unsigned char head_size_ = 0;
  unsigned char mask_at_ = 0;  // position in the mask of the next payload byte
  base::Payload payload_ = base::Payload::kText;
  Draft draft_;
  bool in_frame_ = false;    // the head is read, payload is due
  bool split_ = false;       // some of it came with an earlier read
  bool in_message_ = false;  // a fragmented message is under way
  bool compressed_ = false;  // the message under way
  bool closed_ = false;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_RFC6455_H_
