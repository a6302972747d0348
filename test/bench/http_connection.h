// SPDX-License-Identifier: MPL-2.0
// One HTTP/1.1 connection of the load generator that is kept alive: one request
// under way, answers with a Content-Length.
#ifndef RABBIT_SOCKS_TEST_BENCH_HTTP_CONNECTION_H_
#define RABBIT_SOCKS_TEST_BENCH_HTTP_CONNECTION_H_

#include <string>
#include <string_view>

#include "crowd.h"

class HttpConnection {
 public:
  explicit HttpConnection(const Target& target)
      : fd_(Connect(target)), host_(target.host) {}
  int fd() const { return fd_; }

  void Get(const std::string& target);
  void Post(const std::string& target, std::string_view body);
  // Reads once. True: *body is that of the answer, which must be a 200. Without
  // `wait` it does not block.
  bool Read(bool wait, std::string* body);
  // The answer to what was sent; blocks.
  std::string Answer();

 private:
  void Send(const std::string& request);

  int fd_;
  std::string host_, in_;
};

#endif  // RABBIT_SOCKS_TEST_BENCH_HTTP_CONNECTION_H_
