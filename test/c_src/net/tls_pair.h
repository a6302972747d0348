// SPDX-License-Identifier: MPL-2.0
// A TlsStream on one end of a socketpair, and a client between buffers whose
// bytes the test carries to the other end, as many at a time as it likes.
#ifndef RABBIT_SOCKS_TEST_NET_TLS_PAIR_H_
#define RABBIT_SOCKS_TEST_NET_TLS_PAIR_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "net/tls_stream.h"
#include "net/tls_world.h"

namespace rabbit_socks::net {

class TlsPair {
 public:
  using Step = TlsStream::Step;

  TlsPair(std::shared_ptr<const TlsContext> context,
          const TlsClient::Wish& wish)
      : client(wish) {
    std::signal(SIGPIPE, SIG_IGN);  // as Loop::Create does
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data()),
              0);
    stream = TlsStream::Accept(std::move(context), fds_[0]);
    EXPECT_NE(stream, nullptr);
  }
  ~TlsPair() {
    close(fds_[0]);
    EndPeer();
  }
  TlsPair(const TlsPair&) = delete;
  TlsPair& operator=(const TlsPair&) = delete;

  void ToServer(base::Bytes bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent =
          send(fds_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the stream has ended
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  std::string FromServer() const {
    std::string all;
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t got = read(fds_[1], buffer.data(), buffer.size());
      if (got <= 0) return all;
      all.append(buffer.data(), static_cast<size_t>(got));
    }
  }
  // FIN, and nothing before it.
  void EndPeer() {
    if (fds_[1] >= 0) close(fds_[1]);
    fds_[1] = -1;
  }

  // Both sides as far as they come, `piece` bytes at a time to the server.
  Step ShakeHands(size_t piece = 65536) {
    for (int round = 0; round < 20; ++round) {
      std::string said = client.Step(FromServer());
      do {
        ToServer(base::Bytes(said).substr(0, piece));
        said.erase(0, piece);
        if (state == Step::kWait) state = stream->Handshake();
      } while (!said.empty());
      if (state == Step::kBroken) break;
      if (state == Step::kDone && client.connected() && round > 0 &&
          said.empty())
        break;
    }
    client.Step(FromServer());  // tickets, or the alert
    return state;
  }

  // All that Read has, a buffer of so many bytes at a time.
  std::string ReadAll(Step* last, size_t room = 65536) const {
    std::string all;
    std::string buffer(room, '\0');
    size_t got = 0;
    while ((*last = stream->Read(buffer, &got)) == Step::kDone)
      all.append(buffer, 0, got);
    return all;
  }

  TlsClient client;
  std::unique_ptr<TlsStream> stream;
  Step state = Step::kWait;  // of the handshake
  int fd() const { return fds_[0]; }

 private:
  std::array<int, 2> fds_{};
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_TEST_NET_TLS_PAIR_H_
