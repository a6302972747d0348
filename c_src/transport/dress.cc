// SPDX-License-Identifier: MPL-2.0
#include "transport/dress.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "framing/json.h"
#include "http/query.h"

namespace rabbit_socks::transport {
namespace {

using base::Bytes;

constexpr Bytes kBoundary = "--socketio\n";
// Internet Explorer renders nothing before it has seen 256 bytes.
constexpr size_t kHtmlPadding = 244;

http::Response Fresh(std::string content_type, std::string body) {
  http::Response response;
  response.With("Content-Type", std::move(content_type))
      .With("Cache-Control", "no-store")
      .With("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

}  // namespace

bool IsJsonpIndex(Bytes index) {
  return !index.empty() && index.size() <= 9 &&
         std::all_of(index.begin(), index.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

http::Response PollAnswer(const Row& row, Bytes payload, Bytes jsonp_index) {
  if (row.dress != Dress::kJsonp)
    return Fresh("text/plain; charset=UTF-8", std::string(payload));
  std::string call = "io.JSONP[";
  call.append(jsonp_index).append("]._(");
  framing::AppendJsonString(payload, &call);
  call.append(");");
  return Fresh("text/javascript; charset=UTF-8", std::move(call));
}

http::Response StreamHead(const Row& row) {
  if (row.dress == Dress::kHtmlFile)
    return Fresh("text/html; charset=UTF-8",
                 "<html><body>" + std::string(kHtmlPadding, ' '));
  return Fresh("multipart/x-mixed-replace;boundary=\"socketio\"",
               std::string(kBoundary));
}

http::BodyKind StreamBodyKind(const Row& row) {
  return row.dress == Dress::kHtmlFile ? http::BodyKind::kChunked
                                       : http::BodyKind::kUntilClose;
}

std::string StreamPart(const Row& row, Bytes payload) {
  std::string part;
  if (row.dress == Dress::kHtmlFile) {
    part = "<script>parent.s._(";
    framing::AppendJsonString(payload, &part);
    part.append(", document);</script>");
    return part;
  }
  // The boundary ends the part at once, so that the browser need not wait for
  // the next one.
  part = "Content-Type: text/plain\n\n";
  part.append(payload).append("\n").append(kBoundary);
  return part;
}

base::Result<std::string> PostedPayload(const http::Request& request) {
  std::optional<std::string> payload = http::FormValue(request.body, "data");
  if (!payload) return base::Fault{400, "the form has no field \"data\""};
  return std::move(*payload);
}

http::Response PostAnswer() { return Fresh("text/plain; charset=UTF-8", "ok"); }

}  // namespace rabbit_socks::transport
