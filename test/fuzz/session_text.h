// SPDX-License-Identifier: MPL-2.0
// What clients of session_world.h write.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SESSION_TEXT_H_
#define RABBIT_SOCKS_TEST_FUZZ_SESSION_TEXT_H_

#include <string>
#include <string_view>
#include <utility>

namespace rabbit_socks::fuzz {

inline std::string Head(std::string_view method, std::string_view target) {
  return std::string(method).append(" ").append(target).append(
      " HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n");
}
inline constexpr std::string_view kUpgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
    "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

inline constexpr std::string_view kSubprotocol =
    "Sec-WebSocket-Protocol: rabbit-socks.json\r\n";

inline std::pair<std::string, std::string> Split(const std::string& text) {
  const size_t at = text.find('|');
  if (at == text.npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SESSION_TEXT_H_
