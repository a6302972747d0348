// SPDX-License-Identifier: MPL-2.0
// Drives a Parser as a server does and writes down what it reports, as
// test/vectors/http_head.md describes it. For tests and fuzzers.
#ifndef RABBIT_SOCKS_TEST_HTTP_REPLAY_H_
#define RABBIT_SOCKS_TEST_HTTP_REPLAY_H_

#include <string>

#include "http/parser.h"
#include "support/escape.h"

namespace rabbit_socks::http {

inline base::Bytes NameOf(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kOther:
      return "other";
  }
  return "";
}

// Long runs would make vectors unreadable.
inline std::string Shown(base::Bytes bytes) {
  if (bytes.size() <= 200) return "\"" + test::Escape(bytes) + "\"";
  return std::to_string(bytes.size()) + " bytes";
}

class Replay {
 public:
  explicit Replay(const Limits& limits) : parser_(limits) {}

  // False when the server would read no more requests.
  bool Feed(base::Bytes bytes) {
    while (!bytes.empty() && !ended_) {
      const Parser::Outcome outcome = parser_.Feed(bytes);
      last_ = outcome.status;
      if (outcome.status == Parser::Status::kFault) {
        events_ += "fault " + std::to_string(outcome.fault.code);
        if (texts) events_ += " " + std::string(outcome.fault.text);
        events_ += "\n";
        faulted_ = ended_ = true;
        return false;
      }
      bytes.remove_prefix(outcome.consumed);
      if (outcome.status == Parser::Status::kRequest) Write(parser_.request());
    }
    rest_ += bytes;
    return !ended_;
  }

  // Call once, at the end.
  std::string Finish() {
    if (!rest_.empty()) events_ += "rest " + Shown(rest_) + "\n";
    if (!ended_) events_ += std::string("awaits ") + Awaited() + "\n";
    return events_;
  }

  Parser& parser() { return parser_; }
  bool faulted() const { return faulted_; }
  Parser::Status last() const { return last_; }

  bool texts = true;  // the text of a fault too, not only its code

 private:
  const char* Awaited() const {
    switch (parser_.phase()) {
      case Parser::Phase::kIdle:
        return "request";
      case Parser::Phase::kHead:
        return "head";
      case Parser::Phase::kBody:
        return "body";
    }
    return "";
  }

  void Write(const Request& request) {
    events_ += std::string(NameOf(request.method)) + " " + Shown(request.path);
    if (!request.query.empty()) events_ += " ?" + Shown(request.query);
    events_ += " 1." + std::to_string(request.minor);
    if (request.upgrade) events_ += " upgrade";
    events_ += request.keep_alive ? "\n" : " close\n";
    const std::string origin_form =
        request.path + (request.query.empty() ? "" : "?" + request.query);
    if (request.target != origin_form)
      events_ += "target " + Shown(request.target) + "\n";
    for (const base::Header& field : request.headers.fields()) {
      events_ += field.name + ": " + Shown(field.value) + "\n";
    }
    if (!request.body.empty()) events_ += "body " + Shown(request.body) + "\n";
    ended_ = request.upgrade || !request.keep_alive;
  }

  Parser parser_;
  std::string events_, rest_;
  bool ended_ = false, faulted_ = false;
  Parser::Status last_ = Parser::Status::kNeedMore;
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_TEST_HTTP_REPLAY_H_
