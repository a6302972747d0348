// SPDX-License-Identifier: MPL-2.0
// A fixed set of static pages, known at start and held in memory: no request
// ever names a file (attack rows W01 to W06).
#ifndef RABBIT_SOCKS_HTTP_PAGES_H_
#define RABBIT_SOCKS_HTTP_PAGES_H_

#include <string>
#include <unordered_map>

#include "base/bytes.h"
#include "http/request.h"
#include "http/response.h"

namespace rabbit_socks::http {

// "text/html; charset=utf-8" for a known extension; empty: a file that is not
// to be served.
base::Bytes ContentType(base::Bytes file_name);

class Pages {
 public:
  // `path` is relative, "/"-separated ("index.html", "js/a.js"). A file without
  // ContentType, or with a part that starts with ".", is left out.
  // "x/index.html" also answers "x/".
  void Add(base::Bytes path, std::string bytes);
  // GET and HEAD, ETag and If-None-Match (304), security fields (nosniff,
  // Content-Security-Policy, X-Frame-Options: SAMEORIGIN, Referrer-Policy),
  // Cache-Control: no-cache. 404 for what is not there, 405 with Allow for
  // other methods. Range is ignored. The caller leaves the body out for HEAD.
  Response Answer(const Request& request) const;
  // Whether a file is there under exactly this raw path of a request.
  bool Has(base::Bytes path) const;
  size_t size() const { return pages_.size(); }

 private:
  struct Page {
    std::string bytes, etag;
    base::Bytes content_type;
  };
  std::unordered_map<std::string, Page> pages_;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_PAGES_H_
