// SPDX-License-Identifier: MPL-2.0
// A listener's policy for permessage-deflate (RFC 7692).
//
// Members are named as in docs/CONFIGURATION.md, which describes them.
#ifndef RABBIT_SOCKS_WEBSOCKET_COMPRESSION_H_
#define RABBIT_SOCKS_WEBSOCKET_COMPRESSION_H_

#include <cstdint>

namespace rabbit_socks::websocket {

enum class Compression : uint32_t {
  kOff,
  // No message refers to an earlier one, in either direction: one compressor
  // serves all connections, and none keeps a window.
  kShared,
  // Context takeover both ways unless the client asks otherwise: a compressor
  // and a window each way for a connection, once it has used them.
  kDedicated
};

struct CompressionPolicy {
  Compression compression = Compression::kOff;
  uint32_t compression_window_bits = 15;  // the largest window, either way
  uint32_t compression_min_size = 1024;   // bytes; below it as it is
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_COMPRESSION_H_
