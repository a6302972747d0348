// SPDX-License-Identifier: MPL-2.0
#include "websocket/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace rabbit_socks::websocket {
namespace {

using base::Bytes;

constexpr int kWindowBits = 15;
constexpr int kGzipHeader = 16;
constexpr int kMemory = 8;

// "gzip;q=0", "gzip; q=0.000" and the like.
bool IsRefused(Bytes parameters) {
  const size_t at = parameters.find("q=");
  if (at == Bytes::npos) return false;
  const Bytes weight = base::TrimSpace(parameters.substr(at + 2));
  return !weight.empty() && weight.find_first_not_of("0.") == Bytes::npos;
}

}  // namespace

bool AcceptsGzip(const base::Headers& request) {
  const std::string all = request.Join("accept-encoding");
  bool any = false;
  for (Bytes rest = all; !rest.empty();) {
    const size_t end = std::min(rest.find(','), rest.size());
    const Bytes one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t semicolon = std::min(one.find(';'), one.size());
    const Bytes coding = base::TrimSpace(one.substr(0, semicolon));
    const bool taken = !IsRefused(one.substr(semicolon));
    if (base::EqualsIgnoringCase(coding, "gzip")) return taken;
    if (coding == "*") any = taken;
  }
  return any;
}

std::string Gzip(Bytes bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                   kWindowBits + kGzipHeader, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  // zlib reads only, whatever its types say.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace rabbit_socks::websocket
