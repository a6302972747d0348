// SPDX-License-Identifier: MPL-2.0
// One client connection of the load generator: masked frames out, text messages
// in, pings answered.
#ifndef RABBIT_SOCKS_TEST_BENCH_CONNECTION_H_
#define RABBIT_SOCKS_TEST_BENCH_CONNECTION_H_

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "meter.h"

// The first byte of a whole text message.
constexpr unsigned char kTextFrame = 0x81;

[[noreturn]] inline void Fail(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(1);
}

inline std::string MaskedFrame(unsigned char first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    frame.push_back(static_cast<char>(0xFE));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xFF));
  } else {
    Fail("messages above 65535 bytes are not made here");
  }
  constexpr std::string_view kKey = "\x37\xfa\x21\x3d";
  frame.append(kKey);
  for (size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ kKey[i % 4]));
  return frame;
}

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  int fd() const { return fd_; }

  void Queue(std::string_view bytes) { out_.append(bytes); }
  void Flush() {
    while (!out_.empty()) {
      const ssize_t sent =
          send(fd_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;  // tried again when an echo has made room
      if (sent < 0) Fail(std::string("send: ") + std::strerror(errno));
      out_.erase(0, static_cast<size_t>(sent));
    }
  }

  // Reads once and calls on_text for each whole text message.
  template <class F>
  void Read(F&& on_text) {
    std::array<char, 65536> buffer;
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) Fail("the server closed a connection");
    in_.append(buffer.data(), static_cast<size_t>(got));
    size_t at = 0;
    while (in_.size() - at >= 2) {
      const auto first = static_cast<unsigned char>(in_[at]);
      size_t head = 2, size = static_cast<unsigned char>(in_[at + 1]);
      if (size == 126) {
        if (in_.size() - at < 4) break;
        size = static_cast<size_t>(static_cast<unsigned char>(in_[at + 2]))
                   << 8 |
               static_cast<unsigned char>(in_[at + 3]);
        head = 4;
      } else if (size > 126) {
        Fail("an unexpected frame length");
      }
      if (in_.size() - at < head + size) break;
      const std::string_view payload(in_.data() + at + head, size);
      if (first == kTextFrame) {
        on_text(payload);
      } else if (first == 0x89) {
        Queue(MaskedFrame(0x8A, payload));
      } else {
        Fail("an unexpected frame");
      }
      at += head + size;
    }
    in_.erase(0, at);
  }

  Nanoseconds sent_at = 0;  // of the message whose latency is measured; 0: none

 private:
  int fd_;
  std::string in_, out_;
};

#endif  // RABBIT_SOCKS_TEST_BENCH_CONNECTION_H_
