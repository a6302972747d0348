// SPDX-License-Identifier: MPL-2.0
// Messages to raw deflate as RFC 7692 7.2.1 wants them.
#ifndef RABBIT_SOCKS_WEBSOCKET_DEFLATER_H_
#define RABBIT_SOCKS_WEBSOCKET_DEFLATER_H_

#include <memory>
#include <string>

#include "base/bytes.h"

struct z_stream_s;

namespace rabbit_socks::websocket {

class Deflater {
 public:
  // REQUIRES: 9 to 15. Takes 6 KiB and 2^(bits + 3) bytes: 262 KiB for 15.
  explicit Deflater(int window_bits);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // *out becomes the message without its tail 00 00 FF FF. It refers to what
  // the messages since the last Forget said. REQUIRES: not empty
  void Compress(base::Bytes message, std::string* out);
  void Forget();

 private:
  std::unique_ptr<z_stream_s> stream_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_DEFLATER_H_
