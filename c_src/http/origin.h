// SPDX-License-Identifier: MPL-2.0
// Which pages may talk to us (attack rows S09 to S11), and the CORS answer
// fields that follow from it.
//
// An allow-list entry is scheme://host[:port], compared as RFC 6454 origins:
// scheme and host without case, default ports equal to none. A request without
// Origin comes from no browser and is allowed. "null" is allowed only by an
// empty list or by the entry "null".
#ifndef RABBIT_SOCKS_HTTP_ORIGIN_H_
#define RABBIT_SOCKS_HTTP_ORIGIN_H_

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/headers.h"
#include "http/response.h"

namespace rabbit_socks::http {

class OriginPolicy {
 public:
  OriginPolicy() = default;  // any
  explicit OriginPolicy(std::vector<std::string> allowed);

  enum class Verdict : unsigned char {
    kAllowed,
    kForbidden,  // 403
    kMalformed,  // 400: repeated, empty, or not visible ASCII
  };
  // Looks at Origin, and at Sec-WebSocket-Origin where hybi-07..10 put it.
  Verdict Judge(const base::Headers& headers) const;

  // Adds Access-Control-Allow-Origin (the origin itself, never "*"),
  // Access-Control-Allow-Credentials and Vary for a request that Judge allowed
  // and that has an Origin.
  void AddCors(const base::Headers& request, Response* response) const;
  // The answer to a preflight OPTIONS: 204 with the methods that the transports
  // use and the fields that the page asks for; Content-Type if it asks for
  // none.
  Response Preflight(const base::Headers& request) const;

 private:
  std::vector<std::string> allowed_;  // normalised; empty: any
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_ORIGIN_H_
