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

http::Response Script(std::string call) {
  return Fresh("text/javascript; charset=UTF-8", std::move(call));
}

// The page's function of 0.9, in the head; 0.6 called one of the parent.
constexpr Bytes kHtmlHead06 = "<html><body>";
constexpr Bytes kHtmlHead09 =
    "<html><body><script>var _ = function (msg) { parent.s._(msg, document); "
    "};</script>";

// As the reference does, so that no "</script" can come about.
std::string WithEscapedSlashes(Bytes json) {
  std::string escaped;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '/') escaped.push_back('\\');
    escaped.push_back(json[i]);
    if (json[i] == '\\' && i + 1 < json.size()) escaped.push_back(json[++i]);
  }
  return escaped;
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
  const bool old = row.age == Age::k06;
  std::string call = old ? "io.JSONP[" : "io.j[";
  call.append(jsonp_index).append(old ? "]._(" : "](");
  framing::AppendJsonString(payload, &call);
  call.append(");");
  return Script(std::move(call));
}

http::Response StreamHead(const Row& row) {
  if (row.dress == Dress::kHtmlFile)
    return Fresh("text/html; charset=UTF-8",
                 std::string(row.age == Age::k06 ? kHtmlHead06 : kHtmlHead09) +
                     std::string(kHtmlPadding, ' '));
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
    std::string json;
    framing::AppendJsonString(payload, &json);
    if (row.age == Age::k06)
      return "<script>parent.s._(" + json + ", document);</script>";
    return "<script>_(" + WithEscapedSlashes(json) + ");</script>";
  }
  // The boundary ends the part at once, so that the browser need not wait for
  // the next one.
  part = "Content-Type: text/plain\n\n";
  part.append(payload).append("\n").append(kBoundary);
  return part;
}

base::Result<std::string> PostedPayload(const Row& row,
                                        const http::Request& request) {
  const bool old = row.age == Age::k06;
  if (!old && row.dress != Dress::kJsonp) return std::string(request.body);
  std::optional<std::string> payload =
      http::FormValue(request.body, old ? "data" : "d");
  if (!payload)
    return base::Fault{400, old ? "the form has no field \"data\""
                                : "the form has no field \"d\""};
  return std::move(*payload);
}

http::Response PostAnswer(const Row& row) {
  return Fresh("text/plain; charset=UTF-8", row.age == Age::k06 ? "ok" : "1");
}

http::Response HandshakeAnswer09(Bytes name, base::Time heartbeat_timeout,
                                 base::Time close_timeout, Bytes jsonp_index) {
  std::string line(name);
  line.append(":")
      .append(std::to_string(heartbeat_timeout / 1000))
      .append(":")
      .append(std::to_string(close_timeout / 1000))
      .append(":websocket,htmlfile,xhr-polling,jsonp-polling");
  if (jsonp_index.empty()) return Fresh("text/plain", std::move(line));
  std::string call = "io.j[";
  call.append(jsonp_index).append("](");
  framing::AppendJsonString(line, &call);
  return Script(call + ");");
}

http::Response HandshakeRefusal09(uint16_t status, Bytes text,
                                  Bytes jsonp_index) {
  if (jsonp_index.empty()) return http::PlainText(status, text);
  std::string call = "io.j[";
  call.append(jsonp_index).append("](new Error(");
  framing::AppendJsonString(text, &call);
  return Script(call + "));");
}

}  // namespace rabbit_socks::transport
