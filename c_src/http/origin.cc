// SPDX-License-Identifier: MPL-2.0
#include "http/origin.h"

#include <algorithm>
#include <utility>

#include "http/query.h"

namespace rabbit_socks::http {

namespace {

using base::Bytes;
using Verdict = OriginPolicy::Verdict;

constexpr const char* kFields[] = {"origin", "sec-websocket-origin"};
constexpr Bytes kNull = "null";

std::string Lowered(Bytes text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool IsDefaultPort(Bytes scheme, Bytes port) {
  return (scheme == "http" && port == "80") ||
         (scheme == "https" && port == "443");
}

// scheme://host[:port] as RFC 6454 section 4 compares it; empty for what is no
// such origin.
std::string Normalise(Bytes text) {
  if (text == kNull) return std::string(text);
  const std::string lowered = Lowered(text);
  const size_t end = lowered.find("://");
  if (end == std::string::npos || end == 0) return {};
  const Bytes scheme = Bytes(lowered).substr(0, end);
  Bytes host = Bytes(lowered).substr(end + 3);
  Bytes port;
  // The colons of an IPv6 address are inside brackets.
  const size_t colon = host.rfind(':');
  if (colon != Bytes::npos && host.find(']', colon) == Bytes::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (!ParseDecimal(port)) return {};
    if (IsDefaultPort(scheme, port)) port = {};
  }
  if (host.find_first_of("/?#@, ") != Bytes::npos) return {};
  std::string origin = std::string(scheme) + "://" + std::string(host);
  if (!port.empty()) origin.append(":").append(port);
  return origin;
}

// Visible ASCII: it is echoed in answers and logged.
bool IsPlain(Bytes value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > 0x20 && c < 0x7f;
  });
}

bool IsInFieldList(char c) {
  constexpr Bytes kOthers = "!#$%&'*+-.^_`|~, ";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || kOthers.find(c) != Bytes::npos;
}

// What the page wants to send is what it may send: clients take fields of the
// application's own (extraHeaders). Anything but a short list of names is no
// browser's.
Bytes AllowedFields(const base::Headers& request) {
  constexpr const char* kAsked = "access-control-request-headers";
  constexpr Bytes kOurs = "Content-Type";
  constexpr size_t kMaxSize = 1024;
  const std::string* asked = request.Find(kAsked);
  const bool good = asked != nullptr && request.Count(kAsked) == 1 &&
                    !asked->empty() && asked->size() <= kMaxSize &&
                    std::all_of(asked->begin(), asked->end(), IsInFieldList);
  return good ? Bytes(*asked) : kOurs;
}

}  // namespace

OriginPolicy::OriginPolicy(std::vector<std::string> allowed)
    : allowed_(std::move(allowed)) {
  // An entry that is no origin stays as it is: it matches nothing, and the list
  // does not become empty, which would mean "any".
  for (std::string& entry : allowed_) {
    if (std::string origin = Normalise(entry); !origin.empty())
      entry = std::move(origin);
  }
}

Verdict OriginPolicy::Judge(const base::Headers& headers) const {
  Verdict verdict = Verdict::kAllowed;
  for (const char* field : kFields) {
    const std::string* value = headers.Find(field);
    if (value == nullptr) continue;
    if (headers.Count(field) > 1 || !IsPlain(*value))
      return Verdict::kMalformed;
    if (allowed_.empty()) continue;
    const std::string origin = Normalise(*value);
    if (origin.empty() ||
        std::find(allowed_.begin(), allowed_.end(), origin) == allowed_.end()) {
      verdict = Verdict::kForbidden;
    }
  }
  return verdict;
}

void OriginPolicy::AddCors(const base::Headers& request,
                           Response* response) const {
  const std::string* origin = request.Find("origin");
  if (origin == nullptr || Judge(request) != Verdict::kAllowed) return;
  response->With("Access-Control-Allow-Origin", *origin)
      .With("Access-Control-Allow-Credentials", "true")
      .With("Vary", "Origin");
}

Response OriginPolicy::Preflight(const base::Headers& request) const {
  Response response;
  response.status = 204;
  AddCors(request, &response);
  response.With("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
      .With("Access-Control-Allow-Headers", std::string(AllowedFields(request)))
      .With("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace rabbit_socks::http
