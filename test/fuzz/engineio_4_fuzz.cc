// SPDX-License-Identifier: MPL-2.0
// FZ9: payloads and messages of Engine.IO 4. A payload has one packet more than
// separators.
#include <algorithm>
#include <cstdint>

#include "engine_runs.h"
#include "framing/engine_codec.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto events = fuzz::RunEngine(framing::EngineIo4(), data, size);
  if (events.empty() || (data[0] & 1U) != 0) return 0;
  fuzz::Require((data[0] & 2U) == 0);
  fuzz::Require(events.size() == 1 + static_cast<size_t>(std::count(
                                         data + 1, data + size, 0x1e)));
  return 0;
}
