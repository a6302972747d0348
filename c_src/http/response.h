// SPDX-License-Identifier: MPL-2.0
// One HTTP/1.1 answer as plain data, and its bytes.
#ifndef RABBIT_SOCKS_HTTP_RESPONSE_H_
#define RABBIT_SOCKS_HTTP_RESPONSE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::http {

struct Response {
  uint16_t status = 200;
  // Without framing fields (Content-Length, Connection, Transfer-Encoding):
  // the writers leave these out and add their own.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  Response& With(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

// A text/plain answer with nosniff; `text` is the whole body.
Response PlainText(uint16_t status, base::Bytes text);

base::Bytes ReasonPhrase(uint16_t status);  // "" for an unknown status

// True when the name is a token and the value has no CR, LF, NUL or other
// control byte (attack row P16). A field that fails is left out by the writers
// below.
bool IsSafeField(base::Bytes name, base::Bytes value);

enum class BodyKind : unsigned char {
  kWhole,     // Content-Length and the body
  kHeadOnly,  // Content-Length of the body, no body (HEAD)
  // No length: the body is what follows until the connection closes
  // (xhr-multipart).
  kUntilClose,
  kChunked  // Transfer-Encoding: chunked; bodies by AppendChunk
};

// Appends the head (and for kWhole the body) to *out. `keep_alive` false adds
// Connection: close.
void AppendResponse(const Response& response, BodyKind kind, bool keep_alive,
                    std::string* out);
// Appends one chunk; an empty one would end the body and is ignored.
// AppendLastChunk ends it.
void AppendChunk(base::Bytes bytes, std::string* out);
void AppendLastChunk(std::string* out);

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_RESPONSE_H_
