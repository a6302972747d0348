// SPDX-License-Identifier: MPL-2.0
// permessage-deflate: two bytes of options, then either what a client sends, or
// one compressed message that is put into fragments here.
#include <zlib.h>

#include <array>

#include "codec_runs.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using Kind = fuzz::CodecEvent::Kind;
using Events = std::vector<fuzz::CodecEvent>;
using websocket::Draft;

constexpr std::array<websocket::DeflateTerms, 4> kTerms = {{
    {true, true, 15, 15, 0},
    {false, false, 15, 15, 0},
    {true, false, 9, 15, 0},
    {false, true, 12, 15, 300},
}};

void AppendFrame(unsigned char first, std::string_view payload, bool masked,
                 std::string* out) {
  const unsigned char mask = masked ? 0x80 : 0;
  out->push_back(static_cast<char>(first));
  if (payload.size() < 126) {
    out->push_back(static_cast<char>(mask | payload.size()));
  } else {
    out->push_back(static_cast<char>(mask | 126));
    out->push_back(static_cast<char>(payload.size() >> 8));
    out->push_back(static_cast<char>(payload.size() & 0xFF));
  }
  if (masked) out->append(4, '\0');
  out->append(payload);
}

// A binary message in fragments of `size`, with pings between.
std::string Fragments(std::string_view payload, size_t size) {
  std::string bytes;
  unsigned char opcode = 0x42;
  do {
    const std::string_view piece = payload.substr(0, size);
    payload.remove_prefix(piece.size());
    const unsigned char fin = payload.empty() ? 0x80 : 0;
    AppendFrame(static_cast<unsigned char>(fin | opcode), piece, true, &bytes);
    if (fin == 0) AppendFrame(0x89, "", true, &bytes);
    opcode = 0;
  } while (!payload.empty());
  return bytes;
}

// zlib in one go says the same, where it can say it: a message that is whole,
// without final blocks.
void CheckAgainstZlib(std::string_view payload, size_t limit,
                      const Events& events) {
  std::string input(payload);
  input.append("\x00\x00\xff\xff", 4);
  std::string output(limit + 1, '\0');
  z_stream stream{};
  fuzz::Require(inflateInit2(&stream, -15) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int code = inflate(&stream, Z_SYNC_FLUSH);
  const bool whole = stream.avail_in == 0 && stream.data_type == 128;
  output.resize(output.size() - stream.avail_out);
  static_cast<void>(inflateEnd(&stream));
  if (code == Z_STREAM_END) return;
  fuzz::Require(!events.empty());
  const fuzz::CodecEvent& last = events.back();
  if (payload.size() > limit + limit / 4 + 1024) {
    // More than any message within the limit needs: the frame that passes this
    // is refused by its head, unless what came before was wrong already.
    fuzz::Require(last.kind == Kind::kFault &&
                  (last.code == 1009 || last.code == 1007));
  } else if (output.size() > limit) {
    fuzz::Require(last.kind == Kind::kFault && last.code == 1009);
  } else if (code == Z_OK && whole) {
    fuzz::Require(last.kind == Kind::kBinary && last.data == output);
  } else {
    fuzz::Require(last.kind == Kind::kFault && last.code == 1007);
  }
}

// What came in comes back the same through our compressor and a client's
// inflater.
void SendBack(const websocket::DeflateTerms& terms, const Events& events) {
  websocket::DeflatePool pool;
  const auto server = websocket::MakeCodec(
      Draft::kRfc6455, {},
      std::make_unique<websocket::Deflation>(terms, &pool));
  websocket::DeflateTerms its = terms;
  its.client_takeover = terms.server_takeover;
  its.client_bits = terms.server_bits;
  fuzz::CodecRun client(Draft::kRfc6455, {}, false, its);
  Events sent;
  for (const fuzz::CodecEvent& event : events) {
    if (event.kind != Kind::kText && event.kind != Kind::kBinary) continue;
    std::string out;
    fuzz::Require(server->AppendMessage(event.kind == Kind::kText
                                            ? base::Payload::kText
                                            : base::Payload::kBinary,
                                        event.data, &out));
    const size_t length = static_cast<unsigned char>(out[1]);
    out[1] = static_cast<char>(length | 0x80);
    out.insert(length < 126 ? 2 : length == 126 ? 4 : 10, 4, '\0');
    fuzz::Require(client.Feed(out));
    sent.push_back(event);
  }
  fuzz::Require(client.events == sent);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 65536) return 0;
  constexpr std::array<uint32_t, 4> kMessages = {1048576, 0, 300, 20000};
  const websocket::DeflateTerms& terms = kTerms[data[0] & 3];
  websocket::Limits limits;
  limits.max_message = kMessages[data[0] >> 2 & 3];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2,
                              size - 2);
  const bool payload_only = (data[0] & 0x10) != 0;
  const std::string bytes =
      payload_only
          ? Fragments(rest, (data[0] & 0x20) != 0 ? 65535 : rest.size() / 7 + 1)
          : std::string(rest);
  const Events events =
      fuzz::RunEveryWay(Draft::kRfc6455, limits, data[1], bytes, terms);
  if (payload_only) CheckAgainstZlib(rest, limits.max_message, events);
  SendBack(terms, events);
  return 0;
}
