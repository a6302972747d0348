// SPDX-License-Identifier: MPL-2.0
#include "http/pages.h"

#include <array>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/headers.h"
#include "http/query.h"

namespace rabbit_socks::http {

namespace {

using base::Bytes;

struct Type {
  Bytes extension, type;
};

constexpr std::array kTypes = {
    Type{"html", "text/html; charset=utf-8"},
    Type{"js", "text/javascript; charset=utf-8"},
    Type{"mjs", "text/javascript; charset=utf-8"},
    Type{"css", "text/css; charset=utf-8"},
    Type{"txt", "text/plain; charset=utf-8"},
    Type{"json", "application/json"},
    Type{"map", "application/json"},
    Type{"svg", "image/svg+xml"},
    Type{"png", "image/png"},
    Type{"jpg", "image/jpeg"},
    Type{"jpeg", "image/jpeg"},
    Type{"gif", "image/gif"},
    Type{"ico", "image/x-icon"},
    Type{"woff2", "font/woff2"},
};

// Scripts and styles of our own only. Pages may speak to other ports and hosts:
// that is what they demonstrate, and older browsers do not count ws: as 'self'.
constexpr const char* kContentSecurityPolicy =
    "default-src 'self'; connect-src 'self' http: https: ws: wss:; object-src "
    "'none'; base-uri 'none'; "
    "frame-ancestors 'self'";

void Secure(Response* response) {
  response->With("X-Content-Type-Options", "nosniff")
      .With("Content-Security-Policy", kContentSecurityPolicy)
      .With("X-Frame-Options", "SAMEORIGIN")
      .With("Referrer-Policy", "no-referrer");
}

Response Error(uint16_t status, Bytes text) {
  Response response;
  response.status = status;
  response.With("Content-Type", "text/plain; charset=utf-8");
  Secure(&response);
  response.body = text;
  return response;
}

// Strong: equal bytes, equal tag.
std::string ETag(Bytes bytes) {
  std::string tag = "\"";
  for (const char c : base::Sha1(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    tag += "0123456789abcdef"[byte >> 4];
    tag += "0123456789abcdef"[byte & 15];
  }
  return tag + '"';
}

// RFC 9110 13.1.2: compared weakly, because caches on the way may have marked
// it so.
bool IsKnown(const base::Headers& headers, const std::string& etag) {
  return headers.HasToken("if-none-match", etag) ||
         headers.HasToken("if-none-match", "W/" + etag) ||
         headers.HasToken("if-none-match", "*");
}

bool IsServed(Bytes path) {
  if (ContentType(path).empty()) return false;
  while (true) {
    const size_t slash = path.find('/');
    const Bytes part = path.substr(0, slash);
    if (part.empty() || part.front() == '.') return false;
    if (slash == Bytes::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

Bytes ContentType(Bytes file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot == Bytes::npos) return {};
  for (const Type& row : kTypes) {
    if (row.extension == file_name.substr(dot + 1)) return row.type;
  }
  return {};
}

void Pages::Add(Bytes path, std::string bytes) {
  if (!IsServed(path)) return;
  Page page{std::move(bytes), {}, ContentType(path)};
  page.etag = ETag(page.bytes);
  pages_.insert_or_assign(std::string(path), std::move(page));
}

bool Pages::Has(Bytes path) const {
  return !path.empty() && path.front() == '/' &&
         pages_.contains(std::string(path.substr(1)));
}

Response Pages::Answer(const Request& request) const {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return Error(405, "pages are read by GET and HEAD")
        .With("Allow", "GET, HEAD");
  }
  std::optional<std::string> path = PercentDecode(request.path);
  if (!path || path->empty() || path->front() != '/')
    return Error(404, "no such page");
  if (path->back() == '/') *path += "index.html";
  const auto found = pages_.find(path->substr(1));
  if (found == pages_.end()) return Error(404, "no such page");

  const Page& page = found->second;
  Response response;
  response.With("Content-Type", std::string(page.content_type))
      .With("ETag", page.etag)
      .With("Cache-Control", "no-cache");
  Secure(&response);
  if (IsKnown(request.headers, page.etag)) {
    response.status = 304;
  } else {
    response.body = page.bytes;
  }
  return response;
}

}  // namespace rabbit_socks::http
