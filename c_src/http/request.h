// SPDX-License-Identifier: MPL-2.0
// One HTTP/1 request as plain data.
#ifndef RABBIT_SOCKS_HTTP_REQUEST_H_
#define RABBIT_SOCKS_HTTP_REQUEST_H_

#include <string>

#include "base/bytes.h"
#include "base/headers.h"

namespace rabbit_socks::http {

enum class Method : unsigned char { kGet, kHead, kPost, kOptions, kOther };

struct Request {
  Method method = Method::kGet;
  int minor = 1;  // HTTP/1.minor
  // As on the request line. An absolute form is kept; path and query are taken
  // from it.
  std::string target;
  std::string path;   // raw, still percent-encoded, starts with "/"
  std::string query;  // raw, without "?"
  base::Headers headers;
  std::string body;
  bool keep_alive = true;
  // Upgrade: websocket and Connection: upgrade: what follows the request is
  // another protocol. False for other protocols, whose offer is ignored (RFC
  // 9110 7.8).
  bool upgrade = false;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_REQUEST_H_
