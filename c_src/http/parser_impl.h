// SPDX-License-Identifier: MPL-2.0
// The state of a Parser. For parser.cc, which drives llhttp, and
// parser_callbacks.cc, which it calls back.
#ifndef RABBIT_SOCKS_HTTP_PARSER_IMPL_H_
#define RABBIT_SOCKS_HTTP_PARSER_IMPL_H_

#include <llhttp.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "http/limits.h"
#include "http/line_tail.h"
#include "http/parser.h"
#include "http/request.h"

namespace rabbit_socks::http {

// llhttp gets the head one line (or piece of a line) at a time and the body in
// what pieces come, cut where a limit is reached. So the checks that it does
// not make look at whole lines, nothing of a body is parsed before the head is
// judged, and no answer depends on how the bytes were cut.
struct Parser::Impl {
  enum class Stage : unsigned char { kEmptyLines, kHead, kBody, kDone };

  explicit Impl(const Limits& given) : limits(given) { Start(); }

  void Start();
  void StartNext();
  size_t FeedEmptyLines(base::Bytes bytes);
  size_t FeedHead(base::Bytes bytes);
  size_t FeedBody(base::Bytes bytes);
  base::Bytes NextPiece(base::Bytes bytes) const;
  void CheckPiece(base::Bytes line);
  void EndLine();
  void EndRequestLine();
  void EndHead();
  void Execute(base::Bytes bytes, const char* complaint);
  bool FramingTooLong(size_t raw) const;
  size_t FramingRoom() const;
  int Fail(uint16_t status, const char* text);

  // Callbacks of llhttp.
  int OnUrl(base::Bytes bytes);
  int OnHeaderField(base::Bytes bytes);
  int OnHeaderValue(base::Bytes bytes);
  int OnHeadersComplete();
  int OnChunkHeader();
  int OnBody(base::Bytes bytes);
  template <int (Impl::*kOn)(base::Bytes)>
  static int Span(llhttp_t* parser, const char* at, size_t size) {
    return (static_cast<Impl*>(parser->data)->*kOn)({at, size});
  }
  template <int (Impl::*kOn)()>
  static int Notice(llhttp_t* parser) {
    return (static_cast<Impl*>(parser->data)->*kOn)();
  }
  static const llhttp_settings_t& Settings();

  Limits limits;
  llhttp_t http;
  Stage stage = Stage::kEmptyLines;
  base::Fault fault;
  Request request;

  uint32_t empty_lines = 0;
  bool cr = false;  // of an empty line

  uint32_t lines = 0;       // of the head
  uint32_t head_bytes = 0;  // so far
  size_t line_bytes = 0;    // of the line being read
  bool in_name = true;      // no colon yet in this line
  LineTail tail;            // of the line being read
  std::string name, value;  // of the field being read

  bool chunked = false, complete = false, last = false;
  uint64_t content_length = 0;
  size_t raw_body = 0;  // bytes of the body as it came
};

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_PARSER_IMPL_H_
