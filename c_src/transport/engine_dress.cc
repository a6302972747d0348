// SPDX-License-Identifier: MPL-2.0
#include "transport/engine_dress.h"

#include <algorithm>
#include <utility>

#include "framing/json.h"
#include "http/query.h"

namespace rabbit_socks::transport {
namespace {

using base::Bytes;
using framing::EngineForm;

constexpr Bytes kBinaryType = "application/octet-stream";

http::Response Fresh(std::string content_type, std::string body) {
  http::Response response;
  response.With("Content-Type", std::move(content_type))
      .With("Cache-Control", "no-store")
      .With("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

// <digits>-<digits>
bool IsTimeAndCount(Bytes text) {
  const size_t dash = text.find('-');
  return dash != Bytes::npos && http::ParseDecimal(text.substr(0, dash)) &&
         http::ParseDecimal(text.substr(dash + 1));
}

// Of a key that comes twice it is unclear which one counts: none does.
std::optional<std::string> OnlyValue(Bytes query, Bytes key) {
  size_t found = 0;
  for (Bytes rest = query; !rest.empty();) {
    const size_t end = std::min(rest.find('&'), rest.size());
    if (rest.substr(0, end).substr(0, rest.find('=')) == key) ++found;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found > 1 ? std::nullopt : http::FormValue(query, key);
}

Bytes MessageOf(EngineError error) {
  switch (error) {
    case EngineError::kUnknownTransport:
      return "Transport unknown";
    case EngineError::kUnknownSession:
      return "Session ID unknown";
    case EngineError::kBadMethod:
      return "Bad handshake method";
    case EngineError::kBadRequest:
      return "Bad request";
    case EngineError::kForbidden:
      return "Forbidden";
    case EngineError::kUnsupportedProtocol:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

// The client escaped line ends, which a form would change: "\n" is one, "\\n"
// the two characters.
std::string WithLineEnds(Bytes text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
    } else if (text.substr(i, 3) == "\\\\n") {
      out.append("\\n");
      i += 2;
    } else if (text.substr(i, 2) == "\\n") {
      out.push_back('\n');
      i += 1;
    } else {
      out.push_back('\\');
    }
  }
  return out;
}

}  // namespace

EngineQuery ReadEngineQuery(Bytes query) {
  EngineQuery read;
  read.protocol = http::FormValue(query, "EIO");
  read.transport = OnlyValue(query, "transport");
  read.name = http::FormValue(query, "sid");
  read.jsonp = http::FormValue(query, "j");
  const std::optional<std::string> base64 = http::FormValue(query, "b64");
  read.base64 = base64 && *base64 != "0" && *base64 != "false";
  const std::optional<std::string> stamp = http::FormValue(query, "t");
  read.counts = stamp && IsTimeAndCount(*stamp);
  return read;
}

http::Response EngineRefusal(EngineError error, bool upgrade, Bytes text) {
  const Bytes message = text.empty() ? MessageOf(error) : text;
  http::Response response;
  if (upgrade) {
    response = Fresh("text/html", std::string(message));
  } else {
    std::string body = "{\"code\":";
    body.append(std::to_string(static_cast<int>(error)));
    body.append(",\"message\":");
    framing::AppendJsonString(message, &body);
    response = Fresh("application/json", body + "}");
  }
  response.status = error == EngineError::kForbidden ? 403 : 400;
  return response;
}

http::Response EngineAnswer(std::string payload, EngineForm form, Bytes jsonp) {
  if (form == EngineForm::kBinary)
    return Fresh(std::string(kBinaryType), std::move(payload));
  if (jsonp.empty())
    return Fresh("text/plain; charset=UTF-8", std::move(payload));
  std::string call = "___eio[";
  call.append(jsonp).append("](");
  framing::AppendJsonString(payload, &call);
  return Fresh("text/javascript; charset=UTF-8", call + ");");
}

base::Result<EngineBody> PostedToEngine(const http::Request& request,
                                        bool jsonp) {
  if (jsonp) {
    const std::optional<std::string> field = http::FormValue(request.body, "d");
    if (!field) return base::Fault{400, "the form has no field \"d\""};
    return EngineBody{WithLineEnds(*field), EngineForm::kText};
  }
  const std::string* type = request.headers.Find("content-type");
  const bool binary = type != nullptr && *type == kBinaryType;
  return EngineBody{request.body,
                    binary ? EngineForm::kBinary : EngineForm::kText};
}

http::Response EnginePostAnswer() { return Fresh("text/html", "ok"); }

}  // namespace rabbit_socks::transport
