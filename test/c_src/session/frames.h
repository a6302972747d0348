// SPDX-License-Identifier: MPL-2.0
// Frames of both sides of a WebSocket, for conversations.
#ifndef RABBIT_SOCKS_TEST_SESSION_FRAMES_H_
#define RABBIT_SOCKS_TEST_SESSION_FRAMES_H_

#include <string>

namespace rabbit_socks::session {

// A masked client frame (RFC 6455 5.2); key 0 leaves the payload readable.
inline std::string ClientFrame(unsigned char first,
                               const std::string& payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    frame.push_back(static_cast<char>(0xFE));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xFF));
  } else {
    frame.push_back(static_cast<char>(0xFF));
    for (int shift = 56; shift >= 0; shift -= 8)
      frame.push_back(static_cast<char>((payload.size() >> shift) & 0xFF));
  }
  return frame + std::string(4, '\0') + payload;
}
inline std::string ClientText(const std::string& text) {
  return ClientFrame(0x81, text);
}

// Unmasked frames, as the edge sends them.
inline std::string ServerText(const std::string& text) {
  return std::string("\x81") + static_cast<char>(text.size()) + text;
}
inline std::string CloseFrame(unsigned code) {
  return {'\x88', '\x02', static_cast<char>(code >> 8),
          static_cast<char>(code & 0xFF)};
}

// Unwraps "~m~27~m~<name>" at the start of a payload.
inline std::string NameIn(const std::string& payload) {
  const std::string mark = "~m~27~m~";
  const size_t at = payload.find(mark);
  return at == std::string::npos ? std::string()
                                 : payload.substr(at + mark.size(), 27);
}

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_FRAMES_H_
