// SPDX-License-Identifier: MPL-2.0
// What the kernel alone takes for a broadcast over loopback.
//
//   sends CONNECTIONS MESSAGES SECONDS BYTES
//
// writes BYTES to each of the connections, MESSAGES times a second, with one
// send() each and nothing else; a process of its own reads them as the load
// generator does. Prints "rate", in sends a second, and "generator_cpu_us", the
// writer's time a send: see meter.h. What a server takes beyond that for such a
// delivery is its own.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <string>
#include <vector>

#include "connection.h"
#include "meter.h"

namespace {

sockaddr* Generic(sockaddr_in* address) {
  return reinterpret_cast<sockaddr*>(address);
}

// Ends with its parent.
[[noreturn]] void Read(size_t connections, sockaddr_in to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int epoll = epoll_create1(0);
  for (size_t i = 0; i < connections; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, Generic(&to), sizeof to) != 0) Fail("cannot connect");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> bytes{};
  for (;;) {
    const int ready = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (recv(fd, bytes.data(), bytes.size(), 0) <= 0) _exit(0);
    }
  }
}

std::vector<int> Accept(size_t connections) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, Generic(&address), size) != 0 ||
      listen(listener, SOMAXCONN) != 0 ||
      getsockname(listener, Generic(&address), &size) != 0)
    Fail("cannot listen");
  if (fork() == 0) Read(connections, address);
  std::vector<int> accepted;
  while (accepted.size() < connections) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK), on = 1;
    if (fd < 0) Fail("cannot accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    accepted.push_back(fd);
  }
  return accepted;
}

constexpr Nanoseconds kSecond = 1000000000;

void Sleep(Nanoseconds time) {
  const timespec span{static_cast<time_t>(time / kSecond),
                      static_cast<long>(time % kSecond)};
  nanosleep(&span, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) Fail("see the head of sends.cc");
  const std::vector<int> sockets = Accept(std::stoul(argv[1]));
  const Nanoseconds pause = kSecond / std::stoul(argv[2]);
  const std::string message(std::stoul(argv[4]), 'x');
  uint64_t count = 0;
  Nanoseconds due = Now();
  Meter({}).Run(static_cast<unsigned>(std::stoul(argv[3])), &count, [&] {
    due += pause;
    if (const Nanoseconds now = Now(); due > now) Sleep(due - now);
    for (const int fd : sockets) {
      const ssize_t sent =
          send(fd, message.data(), message.size(), MSG_NOSIGNAL);
      if (sent == static_cast<ssize_t>(message.size())) ++count;
    }
  });
}
