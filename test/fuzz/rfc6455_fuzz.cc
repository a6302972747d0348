// SPDX-License-Identifier: MPL-2.0
// Bytes of a client of RFC 6455, hybi-07 or hybi-08: two bytes of options, then
// what it sends.
#include <array>

#include "codec_runs.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

// What came in goes out again in frames that are never masked and whose length
// is minimal.
void SendBack(websocket::Draft draft,
              const std::vector<fuzz::CodecEvent>& events) {
  using Kind = fuzz::CodecEvent::Kind;
  const auto codec = websocket::MakeCodec(draft, {});
  for (const fuzz::CodecEvent& event : events) {
    std::string out;
    if (event.kind == Kind::kText || event.kind == Kind::kBinary) {
      fuzz::Require(codec->AppendMessage(event.kind == Kind::kText
                                             ? base::Payload::kText
                                             : base::Payload::kBinary,
                                         event.data, &out));
    } else if (event.kind == Kind::kPing) {
      codec->AppendPong(event.data, &out);
    } else if (event.kind == Kind::kClose || event.kind == Kind::kFault) {
      codec->AppendClose(event.code, event.data, &out);
      fuzz::Require(out.size() <= 127);
      continue;
    } else {
      continue;
    }
    const size_t head = event.data.size() < 126     ? 2
                        : event.data.size() < 65536 ? 4
                                                    : 10;
    fuzz::Require(out.size() == head + event.data.size());
    fuzz::Require((out[1] & 0x80) == 0);
    fuzz::Require(out.compare(head, std::string::npos, event.data) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr std::array kDrafts = {websocket::Draft::kRfc6455,
                                  websocket::Draft::kHybi7,
                                  websocket::Draft::kHybi8};
  constexpr std::array<uint32_t, 4> kMessages = {1048576, 0, 16, 300};
  constexpr std::array<uint32_t, 4> kFragments = {4096, 1, 2, 5};
  const websocket::Draft draft = kDrafts[data[0] % 3];
  websocket::Limits limits;
  limits.max_message = kMessages[data[0] >> 2 & 3];
  limits.max_fragments = kFragments[data[0] >> 4 & 3];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2,
                               size - 2);
  const auto events = fuzz::RunEveryWay(draft, limits, data[1], bytes);
  size_t delivered = 0;
  for (const fuzz::CodecEvent& event : events) {
    if (event.kind != fuzz::CodecEvent::Kind::kFault)
      delivered += event.data.size() + 6;
  }
  fuzz::Require(delivered <= bytes.size());
  SendBack(draft, events);
  return 0;
}
