// SPDX-License-Identifier: MPL-2.0
// FZ14 for whole conversations: clients of every generation on every transport,
// and a node, that do whatever they like in whatever order. The first byte is
// of options, the rest a script: see session_world.h.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "session_world.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Longer scripts say nothing that shorter ones cannot.
  if (size == 0 || size > 8192) return 0;
  fuzz::SessionWorld world(data[0]);
  fuzz::ReadScript(
      std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1),
      [&](const fuzz::Happening& one) { world.Do(one); },
      [&](char which) { return world.Expand(which); });
  world.End();
  return 0;
}
