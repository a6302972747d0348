// SPDX-License-Identifier: MPL-2.0
// The content coding gzip (RFC 9110 8.4.1.3), for answers to polls. It lives
// here because zlib does.
#ifndef RABBIT_SOCKS_WEBSOCKET_GZIP_H_
#define RABBIT_SOCKS_WEBSOCKET_GZIP_H_

#include <string>

#include "base/bytes.h"
#include "base/headers.h"

namespace rabbit_socks::websocket {

// Whether the request takes gzip: Accept-Encoding names it, or "*", and not
// with a weight of 0 (RFC 9110 12.5.3).
bool AcceptsGzip(const base::Headers& request);

// Empty when there is no memory for it. Nothing is kept between two calls.
std::string Gzip(base::Bytes bytes);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_GZIP_H_
