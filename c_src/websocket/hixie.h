// SPDX-License-Identifier: MPL-2.0
// The framing of hixie-75 and hixie-76: text between 00 and FF, skipped length
// frames, and FF 00 as the close of the later one.
#ifndef RABBIT_SOCKS_WEBSOCKET_HIXIE_H_
#define RABBIT_SOCKS_WEBSOCKET_HIXIE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/utf8.h"
#include "websocket/assembly.h"
#include "websocket/codec.h"

namespace rabbit_socks::websocket {

class HixieCodec final : public Codec {
 public:
  HixieCodec(Draft draft, const Limits& limits)
      : limits_(limits), draft_(draft) {}

  Outcome Feed(std::span<char> bytes, Sink* sink) override;
  [[nodiscard]] bool AppendMessage(base::Payload payload, base::Bytes data,
                                   std::string* out) const override;
  FrameClass frame_class(size_t) const override { return FrameClass::kHixie; }
  void AppendPing(base::Bytes, std::string*) const override {}
  void AppendPong(base::Bytes, std::string*) const override {}
  void AppendClose(uint16_t code, base::Bytes reason,
                   std::string* out) const override;
  bool has_control_frames() const override { return false; }
  size_t held() const override { return message_.room(); }

 private:
  enum class State : unsigned char {
    kType,      // between frames
    kText,      // 00 read, up to the next FF
    kReserved,  // 01..7F read, skipped up to the next FF
    kLength,    // 80..FF read, in its base-128 length
    kSkip,      // in the payload of a length frame
    kClosed,
  };

  // Takes text from all[*at] on, up to its FF when that is there.
  base::Fault TakeText(base::Bytes all, size_t* at, Sink* sink, bool* go_on);
  base::Fault TakeLength(unsigned char byte, Sink* sink);

  Assembly message_;  // text up to the end of the last read
  Limits limits_;
  uint64_t length_ = 0;   // of a length frame, or what is left of it
  uint64_t skipped_ = 0;  // bytes of a reserved frame
  base::Utf8Check utf8_;  // complete between texts: each ends so or fails
  State state_ = State::kType;
  bool is_close_type_ = false;  // the length frame has type FF
  Draft draft_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_HIXIE_H_
