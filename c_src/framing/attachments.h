// SPDX-License-Identifier: MPL-2.0
// Keeps a packet back until the binary messages behind it have come.
//
// One for each session. Idle it holds nothing. A peer can make it hold a
// packet, as many messages as the codec takes (L13), and max_bytes in them; for
// how long is the session's to limit.
#ifndef RABBIT_SOCKS_FRAMING_ATTACHMENTS_H_
#define RABBIT_SOCKS_FRAMING_ATTACHMENTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

// A packet and its attachments: the token kAttachment n in its data stands for
// buffers[n].
struct WholePacket {
  SocketPacket packet;
  std::vector<std::string> buffers;
};

class Attachments {
 public:
  explicit Attachments(size_t max_bytes) : max_bytes_(max_bytes) {}

  // How many are still missing.
  uint32_t missing() const;
  // To be asked before a text message is decoded: 1002 while some are missing.
  base::Fault OnText() const;
  // Takes a packet that was decoded. REQUIRES: none is missing
  void Hold(SocketPacket packet);
  // 1002 when none is missing, 1009 when all together are too big. After a
  // fault what is held can only be dropped.
  base::Fault OnBinary(base::Bytes data);
  // Yields the packet that is held. REQUIRES: one is, and none is missing
  WholePacket Take();

 private:
  size_t max_bytes_;
  size_t bytes_ = 0;
  std::unique_ptr<WholePacket> held_;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_ATTACHMENTS_H_
