// SPDX-License-Identifier: MPL-2.0
#include "http/head_check.h"

#include <algorithm>

namespace rabbit_socks::http {

namespace {

using base::Bytes;
using base::EqualsIgnoringCase;
using base::Fault;

constexpr Fault kNone{};

bool IsAlphaNumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// uri-host [ ":" port ] of RFC 3986, without user information. Only bytes that
// could end or split an authority matter: what the host names is not looked at
// here.
bool IsAuthority(Bytes text) {
  static constexpr Bytes kOthers = "-._~!$&'()*+;=%:[]";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphaNumeric(c) || kOthers.find(c) != Bytes::npos;
  });
}

// Splits off the authority of an absolute target; empty for an origin form.
// RFC 9112 3.2.2: a server must accept the absolute form.
Fault SplitTarget(Bytes target, Bytes* authority, Bytes* rest) {
  *authority = {};
  *rest = target;
  if (target.find('#') != Bytes::npos)
    return {400, "the target has a fragment"};
  if (!target.empty() && target.front() == '/') return kNone;
  const size_t colon = target.find("://");
  const Bytes scheme = target.substr(0, colon);
  if (colon == Bytes::npos || (!EqualsIgnoringCase(scheme, "http") &&
                               !EqualsIgnoringCase(scheme, "https") &&
                               !EqualsIgnoringCase(scheme, "ws") &&
                               !EqualsIgnoringCase(scheme, "wss"))) {
    return {400, "the target is no path"};
  }
  const Bytes after = target.substr(colon + 3);
  const size_t end = std::min(after.find_first_of("/?"), after.size());
  *authority = after.substr(0, end);
  *rest = after.substr(end);
  if (!IsAuthority(*authority))
    return {400, "the target has no valid authority"};
  return kNone;
}

Fault CheckTarget(Request* request, Bytes* authority) {
  Bytes rest;
  if (const Fault fault = SplitTarget(request->target, authority, &rest))
    return fault;
  const size_t mark = rest.find('?');
  request->path = rest.substr(0, mark);
  if (request->path.empty()) request->path = "/";
  if (mark != Bytes::npos) request->query = rest.substr(mark + 1);
  return kNone;
}

// RFC 9112 3.2: 400 for none, several or an invalid one; and it must be the
// authority of an absolute target, else a proxy and we could mean different
// hosts.
Fault CheckHost(const Request& request, Bytes authority) {
  const size_t count = request.headers.Count("host");
  if (count > 1) return {400, "more than one Host field"};
  if (count == 0)
    return request.minor == 0 ? kNone : Fault{400, "no Host field"};
  const std::string& host = *request.headers.Find("host");
  if (!IsAuthority(host)) return {400, "the Host field is invalid"};
  if (!authority.empty() && !EqualsIgnoringCase(host, authority))
    return {400, "Host is not the authority of the target"};
  return kNone;
}

Fault CheckFraming(const Request& request) {
  const size_t count = request.headers.Count("transfer-encoding");
  if (count == 0) return kNone;
  // RFC 9112 6.1: a request in HTTP/1.0 with this field has faulty framing.
  if (request.minor == 0) return {400, "Transfer-Encoding in HTTP/1.0"};
  // The other codings would have to be undone here; a second "chunked" is
  // forbidden.
  if (count > 1 || !EqualsIgnoringCase(
                       *request.headers.Find("transfer-encoding"), "chunked")) {
    return {501, "chunked is the only transfer coding known here"};
  }
  return kNone;
}

}  // namespace

Fault CheckHead(Request* request) {
  Bytes authority;
  if (const Fault fault = CheckTarget(request, &authority)) return fault;
  if (const Fault fault = CheckHost(*request, authority)) return fault;
  if (const Fault fault = CheckFraming(*request)) return fault;
  // RFC 6455 4.1 wants at least HTTP/1.1; an intermediary that speaks 1.0 would
  // not forward the upgrade.
  if (request->upgrade && request->minor == 0)
    return {400, "an upgrade in HTTP/1.0"};
  // RFC 9110 10.1.1: an expectation may be refused, and does not exist in
  // HTTP/1.0.
  if (request->minor != 0 && request->headers.Count("expect") != 0)
    return {417, "no expectation is met here"};
  return kNone;
}

}  // namespace rabbit_socks::http
