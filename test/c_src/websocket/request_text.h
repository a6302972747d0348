// SPDX-License-Identifier: MPL-2.0
// A handshake request written as text. It is split with no check at all: what
// the http room would refuse is to be seen here too.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/headers.h"
#include "websocket/handshake.h"

namespace rabbit_socks::websocket {

class RequestText {
 public:
  // The request line, fields, an empty line, the body.
  RequestText(base::Bytes text, bool secure) : secure_(secure) {
    const base::Bytes first = Line(&text);
    const size_t method = first.find(' '), target = first.rfind(' ');
    is_get_ = first.substr(0, method) == "GET";
    if (target > method && target != base::Bytes::npos) {
      target_ = first.substr(method + 1, target - method - 1);
      minor_ = first.substr(target + 1) == "HTTP/1.1" ? 1 : 0;
    }
    while (true) {
      const base::Bytes line = Line(&text);
      if (line.empty()) break;
      const size_t colon = std::min(line.find(':'), line.size() - 1);
      std::string name(line.substr(0, colon));
      for (char& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      headers_.Add(std::move(name),
                   std::string(base::TrimSpace(line.substr(colon + 1))));
    }
    body_ = text;
  }
  RequestText(const RequestText&) = delete;
  RequestText& operator=(const RequestText&) = delete;

  // Lives as long as this.
  UpgradeRequest request() const {
    UpgradeRequest request;
    request.is_get = is_get_;
    request.minor = minor_;
    request.target = target_;
    request.headers = &headers_;
    request.body = body_;
    request.secure = secure_;
    return request;
  }

 private:
  // Takes a line off the front, without its line end.
  static base::Bytes Line(base::Bytes* text) {
    const size_t end = text->find('\n');
    base::Bytes line = text->substr(0, end);
    text->remove_prefix(end == base::Bytes::npos ? text->size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }

  base::Headers headers_;
  std::string target_, body_;
  int minor_ = 1;
  bool is_get_ = true;
  bool secure_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_
