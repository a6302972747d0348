// SPDX-License-Identifier: MPL-2.0
// FZ8: payloads and messages of Engine.IO 3. What one form holds, the other can
// hold too; what was encoded twice, was encoded twice.
#include <cstdint>
#include <string>

#include "engine_runs.h"
#include "framing/engine_codec.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

void CheckTwiceEncoded(const std::string& text) {
  std::string decoded;
  if (!framing::DecodeTwiceEncoded(text, &decoded)) return;
  fuzz::Require(fuzz::ReferenceIsUtf8(decoded));
  std::string again;
  for (const char c : decoded) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) again += static_cast<char>(0xC0 | byte >> 6);
    again += static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3F));
  }
  fuzz::Require(again == text && decoded.size() < text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto events = fuzz::RunEngine(framing::EngineIo3(), data, size);
  for (const auto form :
       {framing::EngineForm::kText, framing::EngineForm::kBinary}) {
    fuzz::RequireRoundTrip(framing::EngineIo3(), form, events);
  }
  for (const fuzz::EngineEvent& event : events) {
    if (event.payload == base::Payload::kText) CheckTwiceEncoded(event.data);
  }
  return 0;
}
