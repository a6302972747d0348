// SPDX-License-Identifier: MPL-2.0
// Requests of a client: the first byte chooses how they are cut, the second the
// limits.
//
// Asserts that what is reported does not depend on the cuts; that a request
// that was taken has the properties the parser promises, and parses equal when
// it is written anew; that memory stays within the limits.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "chunks.h"
#include "http/replay.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

http::Limits LimitsOf(uint8_t choice) {
  http::Limits limits;
  if ((choice & 1) != 0) limits.max_request_line = 40;
  if ((choice & 2) != 0) limits.max_head = 120;
  if ((choice & 4) != 0) limits.max_headers = 3;
  if ((choice & 8) != 0) limits.max_header_name = 10;
  if ((choice & 16) != 0) limits.max_body = 10;
  if ((choice & 32) != 0) limits.max_empty_lines = 0;
  return limits;
}

void CheckSizes(const http::Request& request, const http::Limits& limits) {
  size_t head = request.target.size();
  Require(head <= limits.max_request_line);
  Require(request.headers.fields().size() <= limits.max_headers);
  for (const base::Header& field : request.headers.fields()) {
    Require(!field.name.empty() && field.name.size() <= limits.max_header_name);
    head += field.name.size() + field.value.size();
  }
  Require(head <= limits.max_head);
  Require(request.body.size() <= limits.max_body);
}

// The predicates of table 1.2.
void CheckPromises(const http::Request& request) {
  Require(request.minor == 0 || request.minor == 1);
  Require(!request.path.empty() && request.path.front() == '/');
  for (const base::Bytes text :
       {base::Bytes(request.path), base::Bytes(request.query),
        base::Bytes(request.target)}) {
    Require(std::all_of(text.begin(), text.end(), [](char c) {
      return c > 0x20 && c < 0x7f && c != '#';
    }));
  }
  for (const base::Header& field : request.headers.fields()) {
    for (const char c : field.name)
      Require(c > 0x20 && c < 0x7f && c != ':' && (c < 'A' || c > 'Z'));
    for (const char c : field.value)
      Require((c < 0 || c >= 0x20 || c == '\t') && c != 0x7f);
    Require(base::TrimSpace(field.value) == field.value);
  }
  const base::Headers& headers = request.headers;
  Require(headers.Count("host") == 1 ||
          (request.minor == 0 && headers.Count("host") == 0));
  Require(headers.Count("content-length") +
              headers.Count("transfer-encoding") <=
          1);
  Require(request.minor == 0 || headers.Count("expect") == 0);
  Require(!request.upgrade ||
          (request.minor == 1 && headers.HasToken("upgrade", "websocket") &&
           headers.HasToken("connection", "upgrade")));
  Require(!request.keep_alive || !headers.HasToken("connection", "close"));
}

// The request written in the plainest way is the same request.
void CheckRoundTrip(const http::Request& request) {
  std::string bytes = request.method == http::Method::kOther
                          ? "PUT"
                          : std::string(http::NameOf(request.method));
  bytes += " " + request.target + " HTTP/1." + std::to_string(request.minor) +
           "\r\n";
  for (const base::Header& field : request.headers.fields()) {
    if (field.name != "transfer-encoding")
      bytes += field.name + ":" + field.value + "\r\n";
  }
  if (request.headers.Count("transfer-encoding") != 0) {
    bytes += "content-length:" + std::to_string(request.body.size()) + "\r\n";
  }
  bytes += "\r\n" + request.body;
  http::Limits limits;
  limits.max_request_line += 100;
  limits.max_head += 1000;
  http::Parser parser(limits);
  const http::Parser::Outcome outcome = parser.Feed(bytes);
  Require(outcome.status == http::Parser::Status::kRequest &&
          outcome.consumed == bytes.size());
  const http::Request& again = parser.request();
  Require(again.method == request.method && again.target == request.target &&
          again.path == request.path && again.query == request.query &&
          again.body == request.body &&
          again.keep_alive == request.keep_alive &&
          again.upgrade == request.upgrade &&
          again.headers.fields().size() == request.headers.fields().size());
}

std::string Run(const http::Limits& limits, size_t chunk,
                std::string_view bytes) {
  http::Replay replay(limits);
  replay.texts =
      false;  // of two complaints with one status, the cuts may choose
  bool ended = false;
  fuzz::FeedChunks(bytes, chunk, [&](std::string_view piece) {
    Require(!ended || !replay.faulted());
    ended = !replay.Feed(piece);
    Require(replay.parser().held() <=
            size_t{limits.max_head} + limits.max_body);
    return !replay.faulted();
  });
  return replay.Finish();
}

void CheckEach(const http::Limits& limits, std::string_view bytes) {
  http::Parser parser(limits);
  while (!bytes.empty()) {
    const http::Parser::Outcome outcome = parser.Feed(bytes);
    Require(outcome.consumed <= bytes.size());
    bytes.remove_prefix(outcome.consumed);
    if (outcome.status == http::Parser::Status::kFault) {
      Require(outcome.fault.code >= 400 && outcome.fault.code < 600 &&
              !outcome.fault.text.empty());
      Require(parser.Feed(bytes).status == http::Parser::Status::kFault);
      return;
    }
    if (outcome.status == http::Parser::Status::kNeedMore) {
      Require(bytes.empty());
      return;
    }
    const http::Request& request = parser.request();
    CheckSizes(request, limits);
    CheckPromises(request);
    CheckRoundTrip(request);
    if (request.upgrade || !request.keep_alive) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const http::Limits limits = LimitsOf(data[1]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2,
                               size - 2);
  const std::string whole = Run(limits, 0, bytes);
  Require(Run(limits, data[0], bytes) == whole);
  Require(Run(limits, 1, bytes) == whole);
  CheckEach(limits, bytes);
  return 0;
}
