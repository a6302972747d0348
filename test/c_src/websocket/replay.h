// SPDX-License-Identifier: MPL-2.0
// Feeds a codec in pieces and writes down what it reports.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_

#include <optional>
#include <ostream>
#include <string>
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

// Feeds the pieces one after the other. A fault ends it and is the last event.
// Adds a failure when something follows a close, bytes are left over, or more
// is held than the limit. `deflate`: permessage-deflate was agreed so.
Events Replay(Draft draft, const Limits& limits,
              const std::vector<base::Bytes>& pieces,
              const std::optional<DeflateTerms>& deflate = {});

// Whole, byte by byte and cut everywhere: the events are `expected`.
void ExpectEvents(Draft draft, const Limits& limits, base::Bytes input,
                  const Events& expected,
                  const std::optional<DeflateTerms>& deflate = {});

// Replays a vector. Its events are written one a line: 'text "hi"', 'binary 01
// 02', 'ping', 'close 1000 "bye"', 'fault 1002', with bytes in the notation of
// notation.h. Options: draft, max_message, max_fragments; deflate, which is
// shared or dedicated, with client_bits.
void ExpectVector(const test::Vector& vector, Draft otherwise);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_REPLAY_H_
