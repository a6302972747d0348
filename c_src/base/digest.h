// SPDX-License-Identifier: MPL-2.0
// The two digests that handshakes need. Sole home of libcrypto's digests.
#ifndef RABBIT_SOCKS_BASE_DIGEST_H_
#define RABBIT_SOCKS_BASE_DIGEST_H_

#include <string>

#include "base/bytes.h"

namespace rabbit_socks::base {

std::string Md5(Bytes bytes);   // 16 raw bytes; hixie-76
std::string Sha1(Bytes bytes);  // 20 raw bytes; RFC 6455 4.2.2

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_DIGEST_H_
