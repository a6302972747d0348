// SPDX-License-Identifier: MPL-2.0
#include "websocket/frame_head.h"

#include <cstring>

namespace rabbit_socks::websocket {

using base::Fault;

size_t FrameHeadSize(std::span<const unsigned char> head) {
  if (head.size() < 2) return 2;
  const unsigned length = head[1] & 0x7FU;
  return 2 +
         (length == 126   ? 2U
          : length == 127 ? 8U
                          : 0U) +
         ((head[1] & 0x80U) != 0 ? 4U : 0U);
}

Fault CheckFrameStart(std::span<const unsigned char> head, bool deflate) {
  const unsigned opcode = head[0] & 0x0FU, length = head[1] & 0x7FU;
  // 5.2: MUST be 0 unless an extension is negotiated that defines meanings for
  // non-zero values.
  // RFC 7692 6 gives RSV1 of the first frame of a data message a meaning.
  const bool first = opcode == kTextFrame || opcode == kBinaryFrame;
  const unsigned reserved = deflate && first ? 0x30U : 0x70U;
  if ((head[0] & reserved) != 0) return Fault{1002, "reserved bit set"};
  // 5.2: If an unknown opcode is received, the receiving endpoint MUST fail the
  // connection.
  if ((opcode > kBinaryFrame && opcode < kCloseFrame) || opcode > kPongFrame)
    return Fault{1002, "reserved opcode"};
  // 5.5: All control frames MUST have a payload length of 125 bytes or less and
  // MUST NOT be fragmented.
  if (opcode >= kCloseFrame && length > kMaxControl)
    return Fault{1002, "control frame too long"};
  if (opcode >= kCloseFrame && (head[0] & 0x80U) == 0)
    return Fault{1002, "fragmented control frame"};
  // 5.1: The server MUST close the connection upon receiving a frame that is
  // not masked.
  if ((head[1] & 0x80U) == 0) return Fault{1002, "frame not masked"};
  return Fault{};
}

Fault ReadFrameHead(std::span<const unsigned char> head, FrameHead* frame) {
  frame->fin = (head[0] & 0x80U) != 0;
  frame->compressed = (head[0] & 0x40U) != 0;
  frame->opcode = head[0] & 0x0FU;
  frame->length = head[1] & 0x7FU;
  const size_t extended = frame->length == 126   ? 2
                          : frame->length == 127 ? 8
                                                 : 0;
  if (extended != 0) {
    frame->length = 0;
    for (size_t i = 0; i < extended; ++i)
      frame->length = frame->length << 8 | head[2 + i];
    // 5.2: the most significant bit MUST be 0; the minimal number of bytes MUST
    // be used to encode the length.
    if ((frame->length >> 63) != 0)
      return Fault{1002, "frame length with its top bit set"};
    if (frame->length < (extended == 2 ? 126U : 65536U))
      return Fault{1002, "frame length not minimal"};
  }
  std::memcpy(frame->mask.data(), head.data() + 2 + extended,
              frame->mask.size());
  return Fault{};
}

unsigned char Unmask(std::span<char> bytes,
                     const std::array<unsigned char, 4>& mask,
                     unsigned char at) {
  size_t i = 0;
  if (bytes.size() >= 8) {
    std::array<unsigned char, 8> eight{};
    for (size_t k = 0; k < 8; ++k) eight[k] = mask[(at + k) & 3U];
    uint64_t key = 0;
    std::memcpy(&key, eight.data(), sizeof key);
    for (; i + 8 <= bytes.size(); i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + i, sizeof word);
      word ^= key;
      std::memcpy(bytes.data() + i, &word, sizeof word);
    }
  }
  for (; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^
                                 mask[(at + i) & 3U]);
  return static_cast<unsigned char>((at + bytes.size()) & 3U);
}

void AppendFrame(Opcode opcode, base::Bytes data, std::string* out,
                 bool compressed) {
  std::array<char, 10> head{};
  size_t size = 2;
  head[0] = static_cast<char>((compressed ? 0xC0 : 0x80) | opcode);
  if (data.size() < 126) {
    head[1] = static_cast<char>(data.size());
  } else if (data.size() < 65536) {
    head[1] = 126;
    head[2] = static_cast<char>(data.size() >> 8);
    head[3] = static_cast<char>(data.size() & 0xFF);
    size = 4;
  } else {
    head[1] = 127;
    for (size_t i = 0; i < 8; ++i)
      head[2 + i] = static_cast<char>(
          (static_cast<uint64_t>(data.size()) >> (56 - 8 * i)) & 0xFF);
    size = 10;
  }
  out->append(head.data(), size).append(data);
}

}  // namespace rabbit_socks::websocket
