// SPDX-License-Identifier: MPL-2.0
// FZ10 for Socket.IO 1.x to 4.x: a byte of options, then a packet.
#include <cstddef>
#include <cstdint>

#include "framing/packet_codec.h"
#include "socket_packet_rules.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  framing::Limits limits;
  if ((data[0] & 2) != 0) {
    limits.max_json_depth = 3;
    limits.max_json_keys = 2;
    limits.max_attachments = 2;
  }
  const base::Bytes text(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::RunPacketCodec(
      (data[0] & 1) != 0 ? framing::SocketIo4() : framing::SocketIo2(), text,
      limits);
  return 0;
}
