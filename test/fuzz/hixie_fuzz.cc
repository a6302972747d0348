// SPDX-License-Identifier: MPL-2.0
// Bytes of a client of hixie-75 or hixie-76: two bytes of options, then what it
// sends.
#include <algorithm>
#include <array>

#include "codec_runs.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  using Kind = fuzz::CodecEvent::Kind;
  constexpr std::array<uint32_t, 4> kMessages = {1048576, 0, 16, 300};
  const websocket::Draft draft = (data[0] & 1) != 0
                                     ? websocket::Draft::kHixie75
                                     : websocket::Draft::kHixie76;
  websocket::Limits limits;
  limits.max_message = kMessages[data[0] >> 2 & 3];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2,
                               size - 2);
  const auto events = fuzz::RunEveryWay(draft, limits, data[1], bytes);

  // Whatever is sent reads as what it was, and holds one FF for each text.
  const auto codec = websocket::MakeCodec(draft, limits);
  std::string out;
  std::vector<fuzz::CodecEvent> texts;
  size_t delivered = 0;
  for (const fuzz::CodecEvent& event : events) {
    fuzz::Require(event.kind == Kind::kText || event.kind == Kind::kClose ||
                  event.kind == Kind::kFault);
    if (event.kind != Kind::kText) continue;
    delivered += event.data.size() + 2;
    fuzz::Require(codec->AppendMessage(base::Payload::kText, event.data, &out));
    texts.push_back(event);
  }
  fuzz::Require(delivered <= bytes.size());
  fuzz::Require(static_cast<size_t>(std::count(out.begin(), out.end(),
                                               '\xFF')) == texts.size());
  fuzz::CodecRun again(draft, limits, false);
  fuzz::Require(again.Feed(out) && again.events == texts);

  // The raw bytes are sent only when they are text.
  out.clear();
  fuzz::Require(codec->AppendMessage(base::Payload::kText, bytes, &out) ==
                fuzz::ReferenceIsUtf8(bytes));
  return 0;
}
