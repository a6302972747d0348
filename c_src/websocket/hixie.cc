// SPDX-License-Identifier: MPL-2.0
#include "websocket/hixie.h"

#include <algorithm>

namespace rabbit_socks::websocket {

using base::Bytes;
using base::Fault;
using base::Payload;

namespace {

constexpr char kEnd = '\xFF';

}  // namespace

Codec::Outcome HixieCodec::Feed(std::span<char> bytes, Sink* sink) {
  Outcome outcome;
  const Bytes all(bytes.data(), bytes.size());
  size_t at = 0;
  while (at < all.size() && state_ != State::kClosed) {
    switch (state_) {
      case State::kType: {
        const auto type = static_cast<unsigned char>(all[at++]);
        is_close_type_ = type == 0xFF;
        length_ = skipped_ = 0;
        state_ = type == 0     ? State::kText
                 : type < 0x80 ? State::kReserved
                               : State::kLength;
        break;
      }
      case State::kText: {
        bool go_on = true;
        outcome.fault = TakeText(all, &at, sink, &go_on);
        if (outcome.fault) return outcome;
        if (!go_on) {
          outcome.consumed = at;
          return outcome;
        }
        break;
      }
      case State::kReserved: {
        const size_t end = all.find(kEnd, at);
        skipped_ += (end == Bytes::npos ? all.size() : end) - at;
        if (skipped_ > limits_.max_message) {
          outcome.fault = Fault{1009, "frame too big"};
          return outcome;
        }
        at = end == Bytes::npos ? all.size() : end + 1;
        if (end != Bytes::npos) state_ = State::kType;
        break;
      }
      case State::kLength:
        outcome.fault = TakeLength(static_cast<unsigned char>(all[at++]), sink);
        if (outcome.fault) return outcome;
        break;
      case State::kSkip: {
        const size_t size =
            static_cast<size_t>(std::min<uint64_t>(length_, all.size() - at));
        at += size;
        length_ -= size;
        if (length_ == 0) state_ = State::kType;
        break;
      }
      case State::kClosed:
        break;
    }
  }
  outcome.consumed = all.size();
  return outcome;
}

Fault HixieCodec::TakeText(Bytes all, size_t* at, Sink* sink, bool* go_on) {
  const Bytes rest = all.substr(*at);
  const size_t end = rest.find(kEnd);
  const Bytes piece = rest.substr(0, end);
  // The sum of what is held and what comes counts, before it is held (attack
  // row X05). The bytes up to the limit are looked at first, so that the fault
  // does not depend on where the reads were cut.
  const size_t room = limits_.max_message - message_.size();
  if (!utf8_.Feed(piece.substr(0, room)))
    return Fault{1007, "text is not UTF-8"};
  if (piece.size() > room) return Fault{1009, "message too big"};
  *at += piece.size();
  if (end == Bytes::npos) {
    message_.Append(piece, limits_.max_message);
    return Fault{};
  }
  ++*at;
  if (!utf8_.complete()) return Fault{1007, "text ends inside a character"};
  state_ = State::kType;
  const bool in_place = message_.size() == 0;
  if (!in_place) message_.Append(piece, limits_.max_message);
  *go_on = sink->OnMessage(Payload::kText, in_place ? piece : message_.bytes());
  message_.Free();
  return Fault{};
}

Fault HixieCodec::TakeLength(unsigned char byte, Sink* sink) {
  length_ = length_ * 128 + (byte & 0x7FU);
  // Checked digit by digit: the number never grows beyond the limit times 128
  // (attack row X06).
  if (length_ > limits_.max_message) return Fault{1009, "frame too big"};
  if ((byte & 0x80U) != 0) {
    // Leading zero digits would let a length go on for ever.
    if (length_ == 0) return Fault{1002, "frame length not minimal"};
    return Fault{};
  }
  if (is_close_type_) {
    if (length_ != 0) return Fault{1002, "close frame with a length"};
    state_ = State::kClosed;
    sink->OnClose(1005, "");
    return Fault{};
  }
  state_ = length_ == 0 ? State::kType : State::kSkip;
  return Fault{};
}

bool HixieCodec::AppendMessage(Payload payload, Bytes data,
                               std::string* out) const {
  // Browsers of these drafts throw binary frames away, and an FF inside the
  // text would end the frame (attack row X08).
  if (payload != Payload::kText || !base::IsUtf8(data)) return false;
  out->push_back('\0');
  out->append(data).push_back(kEnd);
  return true;
}

void HixieCodec::AppendClose(uint16_t, Bytes, std::string* out) const {
  if (draft_ == Draft::kHixie76) out->append("\xFF\0", 2);
}

}  // namespace rabbit_socks::websocket
