// SPDX-License-Identifier: MPL-2.0
// The head of one client frame (RFC 6455 5.2) and the rules that can be checked
// by looking at it alone; masking; heads of our own frames.
#ifndef RABBIT_SOCKS_WEBSOCKET_FRAME_HEAD_H_
#define RABBIT_SOCKS_WEBSOCKET_FRAME_HEAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace rabbit_socks::websocket {

inline constexpr size_t kMaxFrameHead = 14;
inline constexpr size_t kMaxControl = 125;  // bytes of payload: 5.5

enum Opcode : unsigned char {
  kContinuation = 0,
  kTextFrame = 1,
  kBinaryFrame = 2,
  kCloseFrame = 8,
  kPingFrame = 9,
  kPongFrame = 10
};

struct FrameHead {
  uint64_t length = 0;
  std::array<unsigned char, 4> mask{};
  unsigned char opcode = 0;
  bool fin = false;
  bool compressed = false;  // RSV1, RFC 7692 section 6

  bool is_control() const { return opcode >= kCloseFrame; }
};

// How many bytes the head has that begins with these; 2 while fewer than two
// are known.
size_t FrameHeadSize(std::span<const unsigned char> head);
// The rules on the first two bytes: 1002. `deflate`: permessage-deflate has
// been negotiated. REQUIRES: head.size() >= 2
base::Fault CheckFrameStart(std::span<const unsigned char> head, bool deflate);
// The rest of them, and the head itself. REQUIRES: head.size() ==
// FrameHeadSize(head) and CheckFrameStart found no fault
base::Fault ReadFrameHead(std::span<const unsigned char> head,
                          FrameHead* frame);

// Unmasks in place; `at` is the position in the mask of the first byte. Returns
// the position after the last.
unsigned char Unmask(std::span<char> bytes,
                     const std::array<unsigned char, 4>& mask,
                     unsigned char at);

// A final, unmasked frame: what a server sends.
void AppendFrame(Opcode opcode, base::Bytes data, std::string* out,
                 bool compressed = false);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_FRAME_HEAD_H_
