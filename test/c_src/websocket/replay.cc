// SPDX-License-Identifier: MPL-2.0
#include "websocket/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

namespace rabbit_socks::websocket {

void PrintTo(const Event& event, std::ostream* out) {
  *out << event.kind;
  if (event.code != 0) *out << ' ' << event.code;
  *out << ' ' << event.data.size()
       << " bytes: " << testing::PrintToString(event.data.substr(0, 64));
}

bool Recorder::OnMessage(base::Payload payload, base::Bytes data) {
  events.push_back({payload == base::Payload::kText ? "text" : "binary", 0,
                    std::string(data)});
  return ++messages_ < stop_after;
}

void Recorder::OnPing(base::Bytes data) {
  events.push_back({"ping", 0, std::string(data)});
}

void Recorder::OnPong(base::Bytes data) {
  events.push_back({"pong", 0, std::string(data)});
}

void Recorder::OnClose(uint16_t code, base::Bytes reason) {
  events.push_back({"close", code, std::string(reason)});
}

Events Replay(Draft draft, const Limits& limits,
              const std::vector<base::Bytes>& pieces,
              const std::optional<DeflateTerms>& deflate) {
  DeflatePool pool;
  const std::unique_ptr<Codec> codec = MakeCodec(
      draft, limits,
      deflate ? std::make_unique<Deflation>(*deflate, &pool) : nullptr);
  const size_t most = size_t{limits.max_message} + (deflate ? 65536 : 125);
  Recorder recorder;
  for (const base::Bytes bytes : pieces) {
    // A copy of the exact size: Feed unmasks in place.
    const auto piece = std::make_unique<char[]>(bytes.size());
    bytes.copy(piece.get(), bytes.size());
    const Codec::Outcome outcome =
        codec->Feed({piece.get(), bytes.size()}, &recorder);
    if (outcome.fault) {
      recorder.events.push_back({"fault", outcome.fault.code, ""});
      break;
    }
    EXPECT_EQ(outcome.consumed, bytes.size());
    EXPECT_LE(codec->held(), most);
  }
  const auto close =
      std::find_if(recorder.events.begin(), recorder.events.end(),
                   [](const Event& event) { return event.kind == "close"; });
  if (close != recorder.events.end()) {
    EXPECT_EQ(close + 1, recorder.events.end()) << "something after the close";
  }
  return recorder.events;
}

void ExpectEvents(Draft draft, const Limits& limits, base::Bytes input,
                  const Events& expected,
                  const std::optional<DeflateTerms>& deflate) {
  test::ForEachCut(input, [&](const std::vector<base::Bytes>& pieces) {
    ASSERT_EQ(Replay(draft, limits, pieces, deflate), expected);
  });
}

namespace {

Events ReadEvents(const std::string& text) {
  Events events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Event event;
    words >> event.kind;
    if (event.kind == "close" || event.kind == "fault") words >> event.code;
    std::string bytes;
    std::getline(words, bytes);
    event.data = Unpack(bytes);
    events.push_back(std::move(event));
  }
  return events;
}

Draft DraftOf(const std::string& name) {
  for (const Draft draft : {Draft::kHixie75, Draft::kHixie76, Draft::kHybi7,
                            Draft::kHybi8, Draft::kRfc6455}) {
    if (name == Name(draft)) return draft;
  }
  ADD_FAILURE() << "no draft: " << name;
  return Draft::kRfc6455;
}

std::optional<DeflateTerms> TermsOf(const test::Vector& vector) {
  const std::string name = vector.Option("deflate");
  if (name.empty()) return std::nullopt;
  if (name != "shared" && name != "dedicated")
    ADD_FAILURE() << "no such deflate: " << name;
  DeflateTerms terms;
  terms.client_takeover = terms.server_takeover = name == "dedicated";
  terms.client_bits = static_cast<uint8_t>(vector.Number("client_bits", 15));
  return terms;
}

}  // namespace

void ExpectVector(const test::Vector& vector, Draft otherwise) {
  const Limits usual;
  Limits limits;
  limits.max_message =
      static_cast<uint32_t>(vector.Number("max_message", usual.max_message));
  limits.max_fragments = static_cast<uint32_t>(
      vector.Number("max_fragments", usual.max_fragments));
  ExpectEvents(DraftOf(vector.Option("draft", Name(otherwise))), limits,
               Unpack(vector.in), ReadEvents(vector.out), TermsOf(vector));
}

}  // namespace rabbit_socks::websocket
