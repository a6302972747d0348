// SPDX-License-Identifier: MPL-2.0
// Feeds a codec in pieces and writes down what it reports.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "websocket/codec.h"
#include "websocket/notation.h"

namespace rabbit_socks::websocket {

struct Event {
  std::string kind;  // text, binary, ping, pong, close, fault
  unsigned code = 0;
  std::string data;

  friend bool operator==(const Event&, const Event&) = default;
};
void PrintTo(const Event& event, std::ostream* out);

using Events = std::vector<Event>;

class Recorder final : public Sink {
 public:
  bool OnMessage(base::Payload payload, base::Bytes data) override;
  void OnPing(base::Bytes data) override;
  void OnPong(base::Bytes data) override;
  void OnClose(uint16_t code, base::Bytes reason) override;

  Events events;
  size_t stop_after = SIZE_MAX;  // messages; then OnMessage returns false

 private:
  size_t messages_ = 0;
};

// Feeds the pieces of `input` that end at `cuts` (ascending) and at its end,
// each in a heap block of its own and of its exact size. A fault ends it and is
// the last event. Adds a failure when something follows a close, bytes are left
// over, or more is held than the limit.
Events Replay(Draft draft, const Limits& limits, std::string_view input,
              const std::vector<size_t>& cuts);

// Whole, byte by byte, and cut in two at every position (of a long input: near
// its ends and at a sample of the others): the events are `expected`.
void ExpectEvents(Draft draft, const Limits& limits, std::string_view input,
                  const Events& expected);

// One line each: 'text "hi"', 'binary 01 02', 'ping', 'close 1000 "bye"',
// 'fault 1002'; bytes in the notation of notation.h.
Events ReadEvents(const Fence& fence);
Draft ReadDraft(const Fence& fence);    // option draft, or rfc6455
Limits ReadLimits(const Fence& fence);  // options max_message, max_fragments

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_
