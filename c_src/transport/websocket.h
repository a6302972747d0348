// SPDX-License-Identifier: MPL-2.0
// One WebSocket connection after its handshake: the codec, its control frames
// and its life signs.
//
// Pure: bytes in, messages to a sink, bytes to send appended to a string. Close
// codes are those of RFC 6455 7.4.1.
#ifndef RABBIT_SOCKS_TRANSPORT_WEBSOCKET_H_
#define RABBIT_SOCKS_TRANSPORT_WEBSOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "websocket/codec.h"
#include "websocket/handshake.h"

namespace rabbit_socks::transport {

class MessageSink {
 public:
  virtual ~MessageSink() = default;
  // False: stop after this message; Feed returns and the rest is fed later.
  virtual bool OnMessage(base::Payload payload, base::Bytes data) = 0;
};

class WebSocket {
 public:
  enum class End : unsigned char {
    kNone,
    kPeerClosed,  // the close frame (or hixie's FF 00) arrived: code and reason
                  // in the outcome
    kFault,       // fail the connection with code
  };
  struct Outcome {
    size_t consumed = 0;
    End end = End::kNone;
    uint16_t code = 0;
    std::string reason;
  };
  enum class Life : unsigned char { kFine, kPing, kDead };

  // `deflation`: what was negotiated of permessage-deflate.
  WebSocket(websocket::Draft draft, const websocket::Limits& limits,
            base::Time now,
            std::unique_ptr<websocket::Deflation> deflation = nullptr);

  // Appends pongs to *replies. `backed_up`: earlier bytes are still queued to
  // the peer, so only the latest ping is answered (RFC 6455 5.5.3), by
  // TakePong. More than max_control_rate control frames in a second are a fault
  // 1008 (limit L6).
  Outcome Feed(std::span<char> bytes, base::Time now, bool backed_up,
               uint32_t max_control_rate, MessageSink* sink,
               std::string* replies);
  // Appends the pong that was held back, if any.
  void TakePong(std::string* out);

  // Asked when there may have been silence: a ping after `ping_interval` of it,
  // dead after `idle_timeout`. Always fine for hixie, which has no pings.
  Life Check(base::Time now, base::Time ping_interval, base::Time idle_timeout);
  base::Time last_seen() const { return last_seen_; }

  const websocket::Codec& codec() const { return *codec_; }
  websocket::Draft draft() const { return draft_; }

 private:
  class Reader;

  std::unique_ptr<websocket::Codec> codec_;
  base::Time last_seen_;
  base::Time rate_second_ = 0;
  std::unique_ptr<std::string> held_ping_;
  uint32_t rate_ = 0;
  websocket::Draft draft_;
  bool pinged_ = false;
};

}  // namespace rabbit_socks::transport

#endif  // RABBIT_SOCKS_TRANSPORT_WEBSOCKET_H_
