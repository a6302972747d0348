// SPDX-License-Identifier: MPL-2.0
#include "transport/websocket.h"

#include <utility>

namespace rabbit_socks::transport {

using base::Bytes;
using base::Time;

// One Feed seen by the codec.
class WebSocket::Reader final : public websocket::Sink {
 public:
  Reader(WebSocket* socket, bool backed_up, uint32_t max_rate,
         MessageSink* sink, std::string* replies, Outcome* outcome)
      : socket_(socket),
        backed_up_(backed_up),
        max_rate_(max_rate),
        sink_(sink),
        replies_(replies),
        outcome_(outcome) {}

  bool OnMessage(base::Payload payload, Bytes data) override {
    if (flooded_) return true;
    return sink_->OnMessage(payload, data);
  }

  void OnPing(Bytes data) override {
    if (Count()) return;
    if (!backed_up_) {
      socket_->codec_->AppendPong(data, replies_);
    } else if (socket_->held_ping_) {
      socket_->held_ping_->assign(data);
    } else {
      socket_->held_ping_ = std::make_unique<std::string>(data);
    }
  }

  void OnPong(Bytes) override { static_cast<void>(Count()); }

  void OnClose(uint16_t code, Bytes reason) override {
    if (flooded_) return;
    outcome_->end = End::kPeerClosed;
    outcome_->code = code;
    outcome_->reason.assign(reason);
  }

  bool flooded() const { return flooded_; }

 private:
  // True when the frame is one too many.
  bool Count() {
    if (!flooded_) flooded_ = ++socket_->rate_ > max_rate_;
    return flooded_;
  }

  WebSocket* socket_;
  bool backed_up_;
  bool flooded_ = false;
  uint32_t max_rate_;
  MessageSink* sink_;
  std::string* replies_;
  Outcome* outcome_;
};

WebSocket::WebSocket(websocket::Draft draft, const websocket::Limits& limits,
                     Time now, std::unique_ptr<websocket::Deflation> deflation)
    : codec_(websocket::MakeCodec(draft, limits, std::move(deflation))),
      last_seen_(now),
      draft_(draft) {}

WebSocket::Outcome WebSocket::Feed(std::span<char> bytes, Time now,
                                   bool backed_up, uint32_t max_control_rate,
                                   MessageSink* sink, std::string* replies) {
  last_seen_ = now;
  pinged_ = false;
  if (now / 1000 != rate_second_) {
    rate_second_ = now / 1000;
    rate_ = 0;
  }
  Outcome outcome;
  Reader reader(this, backed_up, max_control_rate, sink, replies, &outcome);
  const websocket::Codec::Outcome fed = codec_->Feed(bytes, &reader);
  outcome.consumed = fed.consumed;
  if (outcome.end == End::kPeerClosed) return outcome;
  if (reader.flooded()) {
    outcome.end = End::kFault;
    outcome.code = 1008;
    outcome.reason = "too many control frames";
  } else if (fed.fault) {
    outcome.end = End::kFault;
    outcome.code = fed.fault.code;
    outcome.reason.assign(fed.fault.text);
  }
  return outcome;
}

void WebSocket::TakePong(std::string* out) {
  if (!held_ping_) return;
  codec_->AppendPong(*held_ping_, out);
  held_ping_.reset();
}

WebSocket::Life WebSocket::Check(Time now, Time ping_interval,
                                 Time idle_timeout) {
  if (!codec_->has_control_frames()) return Life::kFine;
  const Time silence = now - last_seen_;
  if (silence >= idle_timeout) return Life::kDead;
  if (silence >= ping_interval && !pinged_) {
    pinged_ = true;
    return Life::kPing;
  }
  return Life::kFine;
}

}  // namespace rabbit_socks::transport
