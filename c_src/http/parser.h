// SPDX-License-Identifier: MPL-2.0
// Bytes of a connection in, whole requests out. Sole home of llhttp.
//
// llhttp runs in strict mode and without any lenient flag; what even that lets
// through is refused here: empty and folded fields, missing or repeated Host,
// Host unlike the authority of an absolute target, HTTP/0.9, an upgrade in
// HTTP/1.0, CONNECT, the HTTP/2 preface, trailer fields, expectations, more
// bytes than Limits allow. Fault::code is the HTTP status to answer with before
// closing. It does not depend on how the bytes were cut.
#ifndef RABBIT_SOCKS_HTTP_PARSER_H_
#define RABBIT_SOCKS_HTTP_PARSER_H_

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "http/limits.h"
#include "http/request.h"

namespace rabbit_socks::http {

class Parser {
 public:
  enum class Status : unsigned char {
    // All bytes are consumed.
    kNeedMore,
    // request() is whole. The bytes after `consumed` belong to the next
    // request; if request().upgrade, to the new protocol; to nobody, if it is
    // not keep_alive.
    kRequest,
    // Answer fault.code and close.
    kFault,
  };
  struct Outcome {
    Status status = Status::kNeedMore;
    size_t consumed = 0;
    base::Fault fault;
  };
  // What is being waited for, to choose the timeout.
  enum class Phase : unsigned char { kIdle, kHead, kBody };

  explicit Parser(const Limits& limits);
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  // Never call again after kFault. After kRequest the next call starts the next
  // request and invalidates request(). An idle connection holds its last
  // request until then, unless the caller moves from it.
  Outcome Feed(base::Bytes bytes);
  Request& request();
  Phase phase() const;
  // Bytes held for the request being read.
  size_t held() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_PARSER_H_
