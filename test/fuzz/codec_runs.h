// SPDX-License-Identifier: MPL-2.0
// Runs a codec over the same bytes in several ways and aborts when what it
// reports differs, or breaks a promise of websocket/codec.h.
#ifndef RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_
#define RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

  // `pauses`: OnMessage returns false every other time.
  CodecRun(websocket::Draft draft, const websocket::Limits& limits, bool pauses)
      : codec_(websocket::MakeCodec(draft, limits)),
        limits_(limits),
        pauses_(pauses) {}

  // False after a fault.
  bool Feed(std::string_view bytes) {
    while (true) {
      const auto piece = std::make_unique<char[]>(bytes.size());
      bytes.copy(piece.get(), bytes.size());
      stopped_ = false;
      const auto outcome = codec_->Feed({piece.get(), bytes.size()}, this);
      Require(codec_->held() <= size_t{limits_.max_message} + 125);
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

  std::unique_ptr<websocket::Codec> codec_;
  websocket::Limits limits_;
  bool pauses_, stopped_ = false, closed_ = false;
};

// Whole, byte by byte, in pieces whose sizes follow from `seed`, and these with
// pauses. Returns the events.
inline std::vector<CodecEvent> RunEveryWay(websocket::Draft draft,
                                           const websocket::Limits& limits,
                                           uint32_t seed,
                                           std::string_view bytes) {
  const auto run = [&](bool pauses, auto next_size) {
    CodecRun codec(draft, limits, pauses);
    for (std::string_view rest = bytes; !rest.empty();) {
      const size_t size = std::min<size_t>(next_size(), rest.size());
      if (!codec.Feed(rest.substr(0, size))) break;
      rest.remove_prefix(size);
    }
    return codec.events;
  };
  const auto random = [seed]() mutable -> size_t {
    seed = seed * 1664525U + 1013904223U;
    return 1 + (seed >> 16) % (1U << (seed >> 28));
  };
  const auto all = [] { return SIZE_MAX; };
  const auto whole = run(false, all);
  Require(run(false, [] { return size_t{1}; }) == whole);
  Require(run(false, random) == whole);
  Require(run(true, random) == whole);
  Require(run(true, all) == whole);
  return whole;
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_CODEC_RUNS_H_
