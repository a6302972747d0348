// SPDX-License-Identifier: MPL-2.0
// What llhttp reports: collected. The head's limits are parser.cc's.
#include "http/parser_impl.h"

namespace rabbit_socks::http {

using base::Bytes;

namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

int Parser::Impl::OnUrl(Bytes bytes) {
  request.target += bytes;
  return 0;
}

int Parser::Impl::OnHeaderField(Bytes bytes) {
  if (stage == Stage::kBody) return Fail(400, "trailer fields are not taken");
  for (const char c : bytes) name += Lower(c);
  return 0;
}

int Parser::Impl::OnHeaderValue(Bytes bytes) {
  if (stage == Stage::kBody) return Fail(400, "trailer fields are not taken");
  value += bytes;
  return 0;
}

int Parser::Impl::OnHeadersComplete() {
  chunked = (http.flags & F_CHUNKED) != 0;
  content_length =
      (http.flags & F_CONTENT_LENGTH) != 0 ? http.content_length : 0;
  return 0;
}

// Chunk extensions and leading zeros have no limit of their own: a body must
// not be mostly framing. One byte a chunk is still taken.
bool Parser::Impl::FramingTooLong(size_t raw) const {
  return chunked &&
         raw - request.body.size() > limits.max_head + 8 * request.body.size();
}

// As many bytes as may follow until that has to be looked at: so the answer
// does not depend on how a client cuts them.
size_t Parser::Impl::FramingRoom() const {
  if (!chunked) return Bytes::npos;
  return limits.max_head + 9 * request.body.size() - raw_body + 1;
}

int Parser::Impl::OnChunkHeader() {
  return http.content_length > limits.max_body - request.body.size()
             ? Fail(413, "the body is too large")
             : 0;
}

// Within max_body: Content-Length and each chunk's size have been checked.
int Parser::Impl::OnBody(Bytes bytes) {
  request.body += bytes;
  return 0;
}

const llhttp_settings_t& Parser::Impl::Settings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = Span<&Impl::OnUrl>;
    s.on_header_field = Span<&Impl::OnHeaderField>;
    s.on_header_value = Span<&Impl::OnHeaderValue>;
    s.on_body = Span<&Impl::OnBody>;
    s.on_headers_complete = Notice<&Impl::OnHeadersComplete>;
    s.on_chunk_header = Notice<&Impl::OnChunkHeader>;
    s.on_message_complete = [](llhttp_t*) {
      return static_cast<int>(HPE_PAUSED);
    };
    return s;
  }();
  return settings;
}

}  // namespace rabbit_socks::http
