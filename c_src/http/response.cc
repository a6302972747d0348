// SPDX-License-Identifier: MPL-2.0
#include "http/response.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/headers.h"

namespace rabbit_socks::http {

namespace {

using base::Bytes;

// RFC 9110 5.6.2.
bool IsTokenByte(char c) {
  static constexpr Bytes kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || kMarks.find(c) != Bytes::npos;
}

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

// A second, different word on where the body ends would let a peer see two
// answers in one.
bool IsFraming(Bytes name) {
  return base::EqualsIgnoringCase(name, "content-length") ||
         base::EqualsIgnoringCase(name, "transfer-encoding") ||
         base::EqualsIgnoringCase(name, "connection");
}

void AppendNumber(size_t number, int radix, std::string* out) {
  std::array<char, 24> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, radix)
          .ptr;
  out->append(digits.data(), end);
}

// RFC 9110 8.6: never in 1xx and 204, and in 304 only the length that 200 would
// have had, which is not known here.
bool HasLength(uint16_t status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

Response PlainText(uint16_t status, Bytes text) {
  Response response;
  response.status = status;
  response.With("Content-Type", "text/plain; charset=utf-8")
      .With("X-Content-Type-Options", "nosniff");
  response.body = text;
  return response;
}

Bytes ReasonPhrase(uint16_t status) {
  struct Row {
    uint16_t status;
    Bytes phrase;
  };
  static constexpr std::array kRows = {
      Row{100, "Continue"},
      Row{101, "Switching Protocols"},
      Row{200, "OK"},
      Row{201, "Created"},
      Row{202, "Accepted"},
      Row{204, "No Content"},
      Row{206, "Partial Content"},
      Row{301, "Moved Permanently"},
      Row{302, "Found"},
      Row{303, "See Other"},
      Row{304, "Not Modified"},
      Row{307, "Temporary Redirect"},
      Row{308, "Permanent Redirect"},
      Row{400, "Bad Request"},
      Row{401, "Unauthorized"},
      Row{403, "Forbidden"},
      Row{404, "Not Found"},
      Row{405, "Method Not Allowed"},
      Row{406, "Not Acceptable"},
      Row{408, "Request Timeout"},
      Row{409, "Conflict"},
      Row{410, "Gone"},
      Row{411, "Length Required"},
      Row{412, "Precondition Failed"},
      Row{413, "Content Too Large"},
      Row{414, "URI Too Long"},
      Row{415, "Unsupported Media Type"},
      Row{417, "Expectation Failed"},
      Row{421, "Misdirected Request"},
      Row{422, "Unprocessable Content"},
      Row{426, "Upgrade Required"},
      Row{429, "Too Many Requests"},
      Row{431, "Request Header Fields Too Large"},
      Row{500, "Internal Server Error"},
      Row{501, "Not Implemented"},
      Row{502, "Bad Gateway"},
      Row{503, "Service Unavailable"},
      Row{504, "Gateway Timeout"},
      Row{505, "HTTP Version Not Supported"},
  };
  for (const Row& row : kRows) {
    if (row.status == status) return row.phrase;
  }
  return {};
}

bool IsSafeField(Bytes name, Bytes value) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenByte) &&
         std::none_of(value.begin(), value.end(), IsControl);
}

void AppendResponse(const Response& response, BodyKind kind, bool keep_alive,
                    std::string* out) {
  // A status is three digits; what is none comes from a mistake on this side.
  const uint16_t status = response.status >= 100 && response.status <= 999
                              ? response.status
                              : uint16_t{500};
  out->append("HTTP/1.1 ");
  AppendNumber(status, 10, out);
  out->append(" ").append(ReasonPhrase(status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (!IsSafeField(name, value) || IsFraming(name)) continue;
    out->append(name).append(": ").append(value).append("\r\n");
  }
  const bool counted = kind == BodyKind::kWhole || kind == BodyKind::kHeadOnly;
  if (counted && HasLength(status)) {
    out->append("Content-Length: ");
    AppendNumber(response.body.size(), 10, out);
    out->append("\r\n");
  }
  if (kind == BodyKind::kChunked) out->append("Transfer-Encoding: chunked\r\n");
  if (!keep_alive || kind == BodyKind::kUntilClose)
    out->append("Connection: close\r\n");
  out->append("\r\n");
  if (kind == BodyKind::kWhole && HasLength(status)) out->append(response.body);
}

void AppendChunk(Bytes bytes, std::string* out) {
  if (bytes.empty()) return;
  AppendNumber(bytes.size(), 16, out);
  out->append("\r\n").append(bytes).append("\r\n");
}

void AppendLastChunk(std::string* out) { out->append("0\r\n\r\n"); }

}  // namespace rabbit_socks::http
