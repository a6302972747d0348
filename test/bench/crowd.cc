// SPDX-License-Identifier: MPL-2.0
#include "crowd.h"

#include <netinet/tcp.h>
#include <unistd.h>

namespace {

constexpr std::string_view kPing = "2", kPong = "3";
constexpr std::string_view kConnect = "40";

int Open(const Target& target, bool narrow) {
  const int fd = Connect(target, narrow);
  const std::string request =
      "GET " + target.path + " HTTP/1.1\r\nHost: " + target.host +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    Fail("cannot send the handshake");
  std::string answer;
  while (answer.find("\r\n\r\n") == std::string::npos) {
    char byte = 0;
    if (recv(fd, &byte, 1, 0) != 1)
      Fail("the handshake was not answered: " + answer);
    answer.push_back(byte);
  }
  if (answer.compare(0, 12, "HTTP/1.1 101") != 0)
    Fail("the handshake was refused: " + answer);
  return fd;
}

}  // namespace

int Connect(const Target& target, bool narrow) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Fail(std::string("socket: ") + std::strerror(errno));
  if (narrow) {
    const int segment = 536, window = 4096;
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&target.address),
              sizeof target.address) != 0)
    Fail(std::string("connect: ") + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

Crowd::Crowd(const Target& target, size_t size, bool narrow)
    : poll_(epoll_create1(EPOLL_CLOEXEC)) {
  connections_.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    connections_.emplace_back(Open(target, narrow));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(poll_, EPOLL_CTL_ADD, connections_.back().fd(), &event);
  }
}

Crowd::~Crowd() {
  const linger reset{1, 0};
  for (const Connection& c : connections_) {
    setsockopt(c.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(c.fd());
  }
  close(poll_);
}

bool TakesEnginePacket(Connection* c, std::string_view text) {
  if (text != kPing) return false;
  c->Queue(MaskedFrame(kTextFrame, kPong));
  return true;
}

void ConnectNamespaces(Crowd* crowd, std::string_view auth) {
  const std::string connect = std::string(kConnect).append(auth);
  size_t connected = 0;
  while (connected < crowd->connections().size()) {
    crowd->Turn([&](Connection& c, std::string_view text) {
      if (TakesEnginePacket(&c, text)) return;
      if (text.substr(0, 1) == "0") {
        c.Queue(MaskedFrame(kTextFrame, connect));
      } else if (text.substr(0, kConnect.size()) == kConnect) {
        ++connected;
      } else {
        Fail("not connected: " + std::string(text));
      }
    });
  }
}

void AskAll(Crowd* crowd, std::string_view text, std::string_view answer) {
  for (Connection& c : crowd->connections()) {
    c.Queue(MaskedFrame(kTextFrame, text));
    c.Flush();
  }
  size_t answered = 0;
  while (answered < crowd->connections().size()) {
    crowd->Turn([&](Connection& c, std::string_view got) {
      if (TakesEnginePacket(&c, got)) return;
      if (got.substr(0, answer.size()) != answer)
        Fail("not the answer: " + std::string(got));
      ++answered;
    });
  }
}
