// SPDX-License-Identifier: MPL-2.0
// How much of a request is read before it is refused.
#ifndef RABBIT_SOCKS_HTTP_LIMITS_H_
#define RABBIT_SOCKS_HTTP_LIMITS_H_

#include <cstdint>

namespace rabbit_socks::http {

struct Limits {
  uint32_t max_request_line = 8000;  // bytes of the request line (414)
  uint32_t max_head = 16384;         // bytes of request line and fields (431)
  uint32_t max_headers = 100;        // fields (431)
  uint32_t max_header_name = 64;     // bytes (431)
  uint32_t max_body = 1000000;       // bytes (413)
  uint32_t max_empty_lines = 5;      // CRLFs before a request line (400)
  // On one connection; the last answer says Connection: close.
  uint32_t max_requests = 1000;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_LIMITS_H_
