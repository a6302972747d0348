// SPDX-License-Identifier: MPL-2.0
#include "http/parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "http/head_check.h"
#include "http/parser_impl.h"

namespace rabbit_socks::http {

using base::Bytes;
using base::Fault;

namespace {

Method MethodOf(uint8_t method) {
  switch (method) {
    case HTTP_GET:
      return Method::kGet;
    case HTTP_HEAD:
      return Method::kHead;
    case HTTP_POST:
      return Method::kPost;
    case HTTP_OPTIONS:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

}  // namespace

void Parser::Impl::Start() {
  llhttp_init(&http, HTTP_REQUEST, &Settings());
  http.data = this;
  stage = Stage::kEmptyLines;
  request = Request{};
  empty_lines = lines = head_bytes = 0;
  cr = chunked = complete = last = false;
  in_name = true;
  line_bytes = raw_body = 0;
  content_length = 0;
  tail.Clear();
}

// Row P05: what follows the last request is nobody's.
void Parser::Impl::StartNext() {
  if (last) {
    Fail(400, "there are bytes after the last request");
  } else {
    Start();
  }
}

int Parser::Impl::Fail(uint16_t status, const char* text) {
  if (!fault) fault = {status, text};
  return HPE_USER;
}

// RFC 9112 2.2: a client may send an empty line before a request line.
size_t Parser::Impl::FeedEmptyLines(Bytes bytes) {
  size_t used = 0;
  for (const char c : bytes) {
    if (cr != (c == '\n')) {
      Fail(400, "a line ends in CR LF");
    } else if (c == '\n') {
      cr = false;
      if (++empty_lines > limits.max_empty_lines)
        Fail(400, "too many empty lines");
    } else if (c == '\r') {
      cr = true;
    } else {
      stage = Stage::kHead;
      return used;
    }
    ++used;
    if (fault) break;
  }
  return used;
}

// A piece ends with a CR and where a limit is reached, and an LF is one of its
// own: so it does not matter which of two faults llhttp would have met later in
// the same read, nor what its release makes of an LF alone.
Bytes Parser::Impl::NextPiece(Bytes bytes) const {
  size_t room = limits.max_head - head_bytes;
  if (lines == 0) {
    room = std::min<size_t>(room, limits.max_request_line - line_bytes);
  } else if (in_name) {
    room = std::min<size_t>(room, limits.max_header_name + 1 - name.size());
  }
  const size_t end = bytes.find_first_of("\r\n");
  if (end == Bytes::npos) return bytes.substr(0, room);
  const bool lf = bytes[end] == '\n' && end > 0;
  return bytes.substr(0, std::min(room, lf ? end : end + 1));
}

size_t Parser::Impl::FeedHead(Bytes bytes) {
  const Bytes line = NextPiece(bytes);
  CheckPiece(line);
  if (fault) return 0;
  line_bytes += line.size();
  head_bytes += static_cast<uint32_t>(line.size());
  tail.Append(line);
  if (line.find(':') != Bytes::npos) in_name = false;
  Execute(line, lines == 0 ? "the request line is malformed"
                           : "a header field is malformed");
  if (fault) return line.size();
  if (line.ends_with('\n')) {
    EndLine();
  } else if (lines == 0 && line_bytes >= limits.max_request_line) {
    Fail(414, "the request line is too long");
  } else if (name.size() > limits.max_header_name) {
    Fail(431, "the name of a header field is too long");
  }
  if (stage == Stage::kHead && head_bytes >= limits.max_head)
    Fail(431, "the head is too large");
  return line.size();
}

void Parser::Impl::CheckPiece(Bytes line) {
  const char first = line.empty() ? '\0' : line.front();
  // RFC 9112 2.2: a bare CR is no line end, nor is a bare LF.
  if (tail.EndsWith("\r") != (first == '\n')) Fail(400, "a line ends in CR LF");
  if (lines == 0 || line_bytes > 0) return;
  // RFC 9112 5.2: its two halves could be read as two different things.
  if (first == ' ' || first == '\t') Fail(400, "a header field is folded");
  if (first != '\r' && request.headers.fields().size() >= limits.max_headers)
    Fail(431, "too many header fields");
  if (first == ':') Fail(400, "a header field has no name");
}

void Parser::Impl::EndLine() {
  if (lines == 0) {
    EndRequestLine();
  } else if (line_bytes == 2) {
    EndHead();
  } else {
    request.headers.Add(std::move(name), std::string(base::TrimSpace(value)));
    name.clear();
    value.clear();
  }
  ++lines;
  line_bytes = 0;
  in_name = true;
  tail.Clear();
}

void Parser::Impl::EndRequestLine() {
  if (tail.EndsWith(" HTTP/2.0\r\n")) {
    Fail(505, "HTTP/1.1 is spoken here");
  } else if (tail.EndsWith(" HTTP/1.0\r\n") || tail.EndsWith(" HTTP/1.1\r\n")) {
    // One space between the three parts, nothing else: RFC 9112 3.
    const auto method = static_cast<llhttp_method_t>(llhttp_get_method(&http));
    const size_t want = Bytes(llhttp_method_name(method)).size() + 1 +
                        request.target.size() + LineTail::kSize;
    if (line_bytes != want) Fail(400, "the request line is malformed");
    if (method == HTTP_CONNECT) Fail(405, "this is no proxy");
    request.method = MethodOf(method);
    request.minor = llhttp_get_http_minor(&http);
  } else {
    Fail(400, "the request line is malformed");
  }
}

// Only now, and not in a callback: llhttp finds a bad Transfer-Encoding after
// on_headers_complete (row P14).
void Parser::Impl::EndHead() {
  value = std::string();  // it may have grown to the size of the head
  // Not llhttp's word for either: it does not see a token that has a tab beside
  // it. Another protocol is ignored (RFC 9110 7.8): Java's client offers h2c
  // with every request.
  const base::Headers& headers = request.headers;
  request.upgrade = headers.HasToken("upgrade", "websocket") &&
                    headers.HasToken("connection", "upgrade");
  // RFC 9112 9.3.
  request.keep_alive =
      !headers.HasToken("connection", "close") &&
      (request.minor > 0 || headers.HasToken("connection", "keep-alive"));
  if (const Fault found = CheckHead(&request)) {
    fault = found;
  } else if (content_length > limits.max_body) {
    Fail(413, "the body is too large");
  } else {
    last = request.upgrade || !request.keep_alive;
    stage = complete ? Stage::kDone : Stage::kBody;
  }
}

size_t Parser::Impl::FeedBody(Bytes bytes) {
  bytes = bytes.substr(0, FramingRoom());
  Execute(bytes, "the body is malformed");
  size_t used = bytes.size();
  if (complete) {
    used = static_cast<size_t>(llhttp_get_error_pos(&http) - bytes.data());
    stage = Stage::kDone;
  }
  raw_body += used;
  if (FramingTooLong(raw_body)) Fail(400, "the body has too much framing");
  return used;
}

void Parser::Impl::Execute(Bytes bytes, const char* complaint) {
  const llhttp_errno_t result =
      llhttp_execute(&http, bytes.data(), bytes.size());
  if (result == HPE_PAUSED) {  // by us: the request is whole
    complete = true;
  } else if (result == HPE_PAUSED_H2_UPGRADE) {
    Fail(505, "HTTP/1.1 is spoken here");
  } else if (result != HPE_OK) {
    Fail(400, complaint);
  }
}

Parser::Parser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {
  static_assert(sizeof(Impl) < 512, "an idle connection holds one");
}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Parser::Outcome Parser::Feed(Bytes bytes) {
  Impl& impl = *impl_;
  if (impl.stage == Impl::Stage::kDone) impl.StartNext();
  size_t used = 0;
  while (used < bytes.size() && !impl.fault &&
         impl.stage != Impl::Stage::kDone) {
    const Bytes rest = bytes.substr(used);
    used += impl.stage == Impl::Stage::kEmptyLines ? impl.FeedEmptyLines(rest)
            : impl.stage == Impl::Stage::kHead     ? impl.FeedHead(rest)
                                                   : impl.FeedBody(rest);
  }
  if (impl.fault) return {Status::kFault, used, impl.fault};
  return {
      impl.stage == Impl::Stage::kDone ? Status::kRequest : Status::kNeedMore,
      used,
      {}};
}

Request& Parser::request() { return impl_->request; }

Parser::Phase Parser::phase() const {
  switch (impl_->stage) {
    case Impl::Stage::kEmptyLines:
    case Impl::Stage::kDone:
      return Phase::kIdle;
    case Impl::Stage::kHead:
      return Phase::kHead;
    case Impl::Stage::kBody:
      return Phase::kBody;
  }
  return Phase::kIdle;
}

size_t Parser::held() const {
  return impl_->head_bytes + impl_->request.body.size();
}

}  // namespace rabbit_socks::http
