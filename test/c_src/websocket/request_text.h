// SPDX-License-Identifier: MPL-2.0
// A handshake request written as text. It is split with no check at all: what
// the http room would refuse is to be seen here too.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "base/headers.h"
#include "websocket/handshake.h"

namespace rabbit_socks::websocket {

class RequestText {
 public:
  // The request line, then a line for each field.
  RequestText(const std::vector<std::string>& lines, std::string body,
              bool secure)
      : body_(std::move(body)), secure_(secure) {
    if (lines.empty()) return;
    const size_t method = std::min(lines[0].find(' '), lines[0].size());
    const size_t target = lines[0].rfind(' ');
    is_get_ = lines[0].substr(0, method) == "GET";
    if (target != std::string::npos && target > method) {
      target_ = lines[0].substr(method + 1, target - method - 1);
      minor_ = lines[0].substr(target + 1) == "HTTP/1.1" ? 1 : 0;
    }
    for (size_t i = 1; i < lines.size(); ++i) {
      const size_t colon = std::min(lines[i].find(':'), lines[i].size());
      std::string name = lines[i].substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      });
      const base::Bytes value =
          base::Bytes(lines[i]).substr(std::min(colon + 1, lines[i].size()));
      headers_.Add(std::move(name), std::string(base::TrimSpace(value)));
    }
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
  base::Headers headers_;
  std::string target_, body_;
  int minor_ = 1;
  bool is_get_ = true;
  bool secure_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_REQUEST_TEXT_H_
