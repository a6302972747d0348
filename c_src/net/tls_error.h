// SPDX-License-Identifier: MPL-2.0
// What OpenSSL has to say about a failure.
#ifndef RABBIT_SOCKS_NET_TLS_ERROR_H_
#define RABBIT_SOCKS_NET_TLS_ERROR_H_

#include <string>

namespace rabbit_socks::net {

// The first error of this thread's queue, in OpenSSL's own words, which hold no
// bytes of a peer and no secret. Empties the queue.
std::string TakeTlsError();

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_ERROR_H_
