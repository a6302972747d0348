// SPDX-License-Identifier: MPL-2.0
#include "websocket/rfc6455.h"

#include <algorithm>

namespace rabbit_socks::websocket {

using base::Bytes;
using base::Fault;
using base::Payload;

namespace {

Bytes View(std::span<char> bytes) { return {bytes.data(), bytes.size()}; }

// Those that section 7.4 keeps for the local side, and those outside its
// ranges: no frame may carry them.
bool IsForTheWire(uint16_t code) {
  return code >= 1000 && code <= 4999 && code != 1005 && code != 1006 &&
         code != 1015;
}

}  // namespace

Codec::Outcome Rfc6455Codec::Feed(std::span<char> bytes, Sink* sink) {
  Outcome outcome;
  const size_t given = bytes.size();
  while (!closed_) {
    if (!in_frame_) {
      const bool whole = GatherHead(&bytes);
      if (head_size_ >= 2)
        outcome.fault =
            CheckFrameStart({head_.data(), head_size_}, deflation_ != nullptr);
      if (!outcome.fault && whole) outcome.fault = StartFrame();
      if (outcome.fault) return outcome;
      if (!whole) break;
    }
    if (bytes.empty() && frame_.length > 0) break;
    const size_t size =
        static_cast<size_t>(std::min<uint64_t>(frame_.length, bytes.size()));
    const bool whole = !split_ && size == frame_.length;
    Next next = Next::kGoOn;
    outcome.fault = TakePayload(bytes.first(size), whole, sink, &next);
    if (outcome.fault) return outcome;
    bytes = bytes.subspan(size);
    if (next == Next::kPause) {
      outcome.consumed = given - bytes.size();
      return outcome;
    }
    if (next == Next::kClosed) closed_ = true;
  }
  outcome.consumed =
      given;  // also after the peer's close: whatever follows it is dropped
  return outcome;
}

bool Rfc6455Codec::GatherHead(std::span<char>* bytes) {
  while (true) {
    const size_t needed = FrameHeadSize({head_.data(), head_size_});
    const size_t size = std::min(needed - head_size_, bytes->size());
    std::copy_n(bytes->begin(), size, head_.begin() + head_size_);
    head_size_ = static_cast<unsigned char>(head_size_ + size);
    *bytes = bytes->subspan(size);
    if (head_size_ < needed) return false;
    if (head_size_ == FrameHeadSize({head_.data(), head_size_})) return true;
  }
}

Fault Rfc6455Codec::StartFrame() {
  if (const Fault fault = ReadFrameHead({head_.data(), head_size_}, &frame_))
    return fault;
  head_size_ = 0;
  mask_at_ = 0;
  in_frame_ = true;
  split_ = false;
  if (frame_.is_control()) return Fault{};
  // 5.4: a fragmented message is a first frame with a type, then continuations.
  if (frame_.opcode == kContinuation) {
    if (!in_message_) return Fault{1002, "continuation of nothing"};
    if (++fragments_ > limits_.max_fragments)
      return Fault{1008, "too many fragments"};
  } else {
    if (in_message_) return Fault{1002, "new message inside a fragmented one"};
    payload_ = frame_.opcode == kTextFrame ? Payload::kText : Payload::kBinary;
    fragments_ = 1;
    compressed_ = frame_.compressed;
  }
  if (compressed_)
    return deflation_->Announce(frame_.length, limits_.max_message)
               ? Fault{}
               : Fault{1009, "message too big"};
  // Before anything is buffered: the sum counts, not the piece.
  if (frame_.length > limits_.max_message - message_.size())
    return Fault{1009, "message too big"};
  return Fault{};
}

Fault Rfc6455Codec::TakePayload(std::span<char> piece, bool whole, Sink* sink,
                                Next* next) {
  mask_at_ = Unmask(piece, frame_.mask, mask_at_);
  frame_.length -= piece.size();
  split_ = true;
  if (frame_.is_control()) {
    if (!whole) control_.Append(View(piece), kMaxControl);
    if (frame_.length > 0) return Fault{};
    in_frame_ = false;
    const Fault fault =
        EndControl(whole ? View(piece) : control_.bytes(), sink, next);
    control_.Free();
    return fault;
  }
  if (compressed_) return TakeCompressed(View(piece), sink, next);
  // 8.1: text that is not UTF-8 fails the connection, and as soon as that is
  // certain.
  if (payload_ == Payload::kText && !utf8_.Feed(View(piece)))
    return Fault{1007, "text is not UTF-8"};
  const bool in_place = whole && frame_.fin && !in_message_;
  if (!in_place) message_.Append(View(piece), limits_.max_message);
  if (frame_.length > 0) return Fault{};
  in_frame_ = false;
  in_message_ = !frame_.fin;
  return frame_.fin ? EndData(View(piece), in_place, sink, next) : Fault{};
}

// Where the input is cut must not show: what came out before a fault in the
// data is judged first, byte for byte.
Fault Rfc6455Codec::TakeCompressed(Bytes piece, Sink* sink, Next* next) {
  if (frame_.length == 0) {
    in_frame_ = false;
    in_message_ = !frame_.fin;
  }
  const bool last = !in_frame_ && frame_.fin;
  while (true) {
    const Deflation::Block block = deflation_->Inflate(&piece, last);
    const size_t room = limits_.max_message - message_.size();
    const Bytes fits = block.bytes.substr(0, room);
    if (payload_ == Payload::kText && !utf8_.Feed(fits))
      return Fault{1007, "text is not UTF-8"};
    if (fits.size() < block.bytes.size()) return Fault{1009, "message too big"};
    if (block.status == Inflater::Status::kCorrupt)
      return Fault{1007, "compressed data is corrupt"};
    const bool whole = last && block.status == Inflater::Status::kDone;
    if (whole) deflation_->EndMessage();
    if (whole && message_.size() == 0)
      return EndData(block.bytes, true, sink, next);
    message_.Append(block.bytes, limits_.max_message);
    if (whole) return EndData({}, false, sink, next);
    if (block.status == Inflater::Status::kDone) return Fault{};
  }
}

Fault Rfc6455Codec::EndData(Bytes in_place, bool whole, Sink* sink,
                            Next* next) {
  if (payload_ == Payload::kText && !utf8_.complete())
    return Fault{1007, "text ends inside a character"};
  const bool go_on =
      sink->OnMessage(payload_, whole ? in_place : message_.bytes());
  // A message in pieces is rare: what it took goes back at once.
  message_.Free();
  *next = go_on ? Next::kGoOn : Next::kPause;
  return Fault{};
}

Fault Rfc6455Codec::EndControl(Bytes data, Sink* sink, Next* next) {
  if (frame_.opcode == kPingFrame) {
    sink->OnPing(data);
  } else if (frame_.opcode == kPongFrame) {
    sink->OnPong(data);
  } else {
    *next = Next::kClosed;
    return ReadClose(data, sink);
  }
  return Fault{};
}

Fault Rfc6455Codec::ReadClose(Bytes data, Sink* sink) const {
  // 7.1.5: no body is code 1005. 5.5.1: a body begins with a 2-byte code and
  // goes on in UTF-8.
  if (data.empty()) {
    sink->OnClose(1005, "");
    return Fault{};
  }
  if (data.size() == 1) return Fault{1002, "close frame with half a code"};
  const auto code =
      static_cast<uint16_t>(static_cast<unsigned char>(data[0]) << 8 |
                            static_cast<unsigned char>(data[1]));
  if (!IsCloseCode(code))
    return Fault{1002, "close code that must not be sent"};
  if (!base::IsUtf8(data.substr(2)))
    return Fault{1007, "close reason is not UTF-8"};
  sink->OnClose(code, data.substr(2));
  return Fault{};
}

bool Rfc6455Codec::IsCloseCode(uint16_t code) const {
  if (code >= 3000 && code <= 4999) return true;
  if (code == 1005 || code == 1006 || code < 1000) return false;
  // The last drafts before the RFC were the first to reserve 1004, and no
  // client of theirs knows the codes that IANA registered later.
  if (draft_ != Draft::kRfc6455) return code <= 1011;
  return code != 1004 && code <= 1014;
}

bool Rfc6455Codec::AppendMessage(Payload payload, Bytes data,
                                 std::string* out) const {
  const Opcode opcode = payload == Payload::kText ? kTextFrame : kBinaryFrame;
  if (deflation_ && deflation_->Wants(data.size())) {
    const Bytes compressed = deflation_->Compress(data);
    AppendFrame(opcode, compressed.empty() ? data : compressed, out,
                !compressed.empty());
    deflation_->ReleaseOutput();
  } else {
    AppendFrame(opcode, data, out);
  }
  return true;
}

FrameClass Rfc6455Codec::frame_class(size_t size) const {
  if (!deflation_ || !deflation_->Wants(size)) return FrameClass::kFrame;
  const DeflateTerms& terms = deflation_->terms();
  return terms.server_takeover ? FrameClass::kOwn
                               : static_cast<FrameClass>(terms.server_bits);
}

size_t Rfc6455Codec::held() const {
  return message_.room() + control_.room() +
         (deflation_ ? deflation_->held() : 0);
}

void Rfc6455Codec::AppendPing(Bytes data, std::string* out) const {
  AppendFrame(kPingFrame, data.substr(0, kMaxControl), out);
}

void Rfc6455Codec::AppendPong(Bytes data, std::string* out) const {
  AppendFrame(kPongFrame, data.substr(0, kMaxControl), out);
}

void Rfc6455Codec::AppendClose(uint16_t code, Bytes reason,
                               std::string* out) const {
  if (!IsForTheWire(code)) return AppendFrame(kCloseFrame, "", out);
  // hybi-07 called "too large" 1004.
  const uint16_t sent =
      code == 1009 && draft_ == Draft::kHybi7 ? uint16_t{1004} : code;
  std::string body = {static_cast<char>(sent >> 8),
                      static_cast<char>(sent & 0xFF)};
  body.append(base::Utf8Cut(reason, kMaxControl - 2));
  AppendFrame(kCloseFrame, body, out);
}

}  // namespace rabbit_socks::websocket
