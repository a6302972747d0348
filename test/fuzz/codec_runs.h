// SPDX-License-Identifier: MPL-2.0
// Runs a codec over the same bytes in several ways and aborts when what it
// reports differs, or breaks a promise of websocket/codec.h.
#ifndef RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_
#define RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunks.h"
#include "reference_utf8.h"
#include "websocket/codec.h"

namespace rabbit_socks::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

struct CodecEvent {
  enum class Kind { kText, kBinary, kPing, kPong, kClose, kFault } kind;
  uint16_t code = 0;
  std::string data;

  friend bool operator==(const CodecEvent&, const CodecEvent&) = default;
};

class CodecRun final : public websocket::Sink {
 public:
  using Kind = CodecEvent::Kind;

  // `pauses`: OnMessage returns false every other time. `deflate`: what was
  // agreed of permessage-deflate.
  CodecRun(websocket::Draft draft, const websocket::Limits& limits, bool pauses,
           const std::optional<websocket::DeflateTerms>& deflate = {})
      : codec_(websocket::MakeCodec(
            draft, limits,
            deflate ? std::make_unique<websocket::Deflation>(*deflate, &pool_)
                    : nullptr)),
        limits_(limits),
        most_(size_t{limits.max_message} + (deflate ? 65536 : 125)),
        pauses_(pauses) {}

  // False after a fault.
  bool Feed(std::string_view bytes) {
    while (true) {
      const auto piece = std::make_unique<char[]>(bytes.size());
      bytes.copy(piece.get(), bytes.size());
      stopped_ = false;
      const auto outcome = codec_->Feed({piece.get(), bytes.size()}, this);
      Require(codec_->held() <= most_);
      if (outcome.fault) {
        Require(!closed_);
        Require(outcome.fault.code == 1002 || outcome.fault.code == 1007 ||
                outcome.fault.code == 1008 || outcome.fault.code == 1009);
        events.push_back({Kind::kFault, outcome.fault.code,
                          std::string(outcome.fault.text)});
        return false;
      }
      Require(outcome.consumed <= bytes.size());
      Require(stopped_ || outcome.consumed == bytes.size());
      Require(std::string_view(piece.get(), bytes.size())
                  .substr(outcome.consumed) == bytes.substr(outcome.consumed));
      bytes.remove_prefix(outcome.consumed);
      if (!stopped_) return true;
    }
  }

  bool OnMessage(base::Payload payload, base::Bytes data) override {
    Require(!closed_ && !stopped_ && data.size() <= limits_.max_message);
    const bool text = payload == base::Payload::kText;
    Require(!text || ReferenceIsUtf8(data));
    Add(text ? Kind::kText : Kind::kBinary, 0, data);
    stopped_ = pauses_ && events.size() % 2 == 0;
    return !stopped_;
  }
  void OnPing(base::Bytes data) override { Add(Kind::kPing, 0, data); }
  void OnPong(base::Bytes data) override { Add(Kind::kPong, 0, data); }
  void OnClose(uint16_t code, base::Bytes reason) override {
    Require(ReferenceIsUtf8(reason) && reason.size() <= 123);
    Add(Kind::kClose, code, reason);
    closed_ = true;
  }

  std::vector<CodecEvent> events;

 private:
  void Add(Kind kind, uint16_t code, base::Bytes data) {
    Require(!closed_ && !stopped_);
    Require(kind == Kind::kText || kind == Kind::kBinary || data.size() <= 125);
    events.push_back({kind, code, std::string(data)});
  }

  websocket::DeflatePool pool_;
  std::unique_ptr<websocket::Codec> codec_;
  websocket::Limits limits_;
  size_t most_;
  bool pauses_, stopped_ = false, closed_ = false;
};

// Whole, byte by byte, in pieces of `size`, and these with pauses. Returns the
// events.
inline std::vector<CodecEvent> RunEveryWay(
    websocket::Draft draft, const websocket::Limits& limits, size_t size,
    std::string_view bytes,
    const std::optional<websocket::DeflateTerms>& deflate = {}) {
  const auto run = [&](bool pauses, size_t piece_size) {
    CodecRun codec(draft, limits, pauses, deflate);
    FeedChunks(bytes, piece_size,
               [&](std::string_view piece) { return codec.Feed(piece); });
    return codec.events;
  };
  const auto whole = run(false, 0);
  Require(run(false, 1) == whole);
  Require(run(false, size) == whole);
  Require(run(true, size) == whole);
  Require(run(true, 0) == whole);
  return whole;
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_
