// SPDX-License-Identifier: MPL-2.0
// FZ10 for rabbit-socks.json: a byte of options, then a message.
#include <cstddef>
#include <cstdint>

#include "framing/packet_codec.h"
#include "socket_packet_rules.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  framing::Limits limits;
  if ((data[0] & 1) != 0) {
    limits.max_json_depth = 3;
    limits.max_json_keys = 2;
  }
  const base::Bytes text(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::RunPacketCodec(framing::JsonEvents(), text, limits, true);
  return 0;
}
