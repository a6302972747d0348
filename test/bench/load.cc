// SPDX-License-Identifier: MPL-2.0
// A bounded WebSocket load generator for loopback servers: one thread, epoll,
// no library, so that the machine's time goes to the servers.
//
//   load echo HOST PORT PATH CONNECTIONS WINDOW SIZE SECONDS [PID...]
//       Opens CONNECTIONS, keeps WINDOW masked text messages of SIZE bytes
//       under way on each for SECONDS (after one second of warming up), counts
//       echoes. Prints: messages/s, microseconds of CPU a message for all PIDs
//       together and for itself, latency of the 50th and 99th percentile.
//   load idle HOST PORT PATH CONNECTIONS
//       Opens CONNECTIONS, prints "ready", holds them until standard input
//       ends. Pings are answered.
//
// Every line of output is "name value". Exit status 1 with a reason on standard
// error when a connection fails or an echo differs.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"

namespace {

Nanoseconds Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Nanoseconds>(now.tv_sec) * 1000000000U +
         static_cast<Nanoseconds>(now.tv_nsec);
}

// User and system time of a process, in clock ticks.
uint64_t CpuTicks(const std::string& pid) {
  std::FILE* file = std::fopen(("/proc/" + pid + "/stat").c_str(), "r");
  if (file == nullptr) Fail("no process " + pid);
  std::array<char, 1024> line{};
  const size_t size = std::fread(line.data(), 1, line.size() - 1, file);
  std::fclose(file);
  const std::string_view text(line.data(), size);
  const size_t end = text.rfind(')');
  unsigned long user = 0, system = 0;
  if (end == std::string_view::npos ||
      std::sscanf(line.data() + end + 2,
                  "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                  &system) != 2) {
    Fail("cannot read the CPU time of " + pid);
  }
  return user + system;
}

double OwnCpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Target {
  sockaddr_in address{};
  std::string host, path;
};

// Blocking: the measured part begins when all are open.
int Open(const Target& target) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Fail(std::string("socket: ") + std::strerror(errno));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&target.address),
              sizeof target.address) != 0)
    Fail(std::string("connect: ") + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
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

class Crowd {
 public:
  Crowd(const Target& target, size_t size)
      : poll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.reserve(size);
    for (size_t i = 0; i < size; ++i) {
      connections_.emplace_back(Open(target));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(poll_, EPOLL_CTL_ADD, connections_.back().fd(), &event);
    }
  }

  std::vector<Connection>& connections() { return connections_; }
  int poll() const { return poll_; }

  template <class F>
  void Turn(int timeout_ms, F&& on_text) {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(poll_, events.data(),
                                 static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < ready; ++i) {
      Connection& c = connections_[events[static_cast<size_t>(i)].data.u64];
      c.Read([&](std::string_view text) { on_text(c, text); });
      c.Flush();
    }
  }

 private:
  int poll_;
  std::vector<Connection> connections_;
};

void Echo(const Target& target, size_t size, size_t window, size_t bytes,
          unsigned seconds, const std::vector<std::string>& pids) {
  Crowd crowd(target, size);
  const std::string text(bytes, 'x');
  const std::string frame = MaskedFrame(0x81, text);
  std::vector<Nanoseconds> latencies;
  uint64_t count = 0;
  const auto on_text = [&](Connection& c, std::string_view echo) {
    if (echo != text) Fail("an echo differs");
    ++count;
    if (window == 1) {
      const Nanoseconds now = Now();
      latencies.push_back(now - c.sent_at);
      c.sent_at = now;
    }
    c.Queue(frame);
  };
  for (Connection& c : crowd.connections()) {
    c.sent_at = Now();
    for (size_t i = 0; i < window; ++i) c.Queue(frame);
    c.Flush();
  }
  const auto run = [&](Nanoseconds until) {
    while (Now() < until) crowd.Turn(100, on_text);
  };
  run(Now() + 1000000000U);
  count = 0;
  latencies.clear();
  uint64_t ticks = 0;
  for (const std::string& pid : pids) ticks += CpuTicks(pid);
  const double own = OwnCpuSeconds();
  const Nanoseconds begin = Now();
  run(begin + Nanoseconds{seconds} * 1000000000U);
  const double took = static_cast<double>(Now() - begin) / 1e9;
  uint64_t ticks_after = 0;
  for (const std::string& pid : pids) ticks_after += CpuTicks(pid);
  if (count == 0) Fail("no echo came back");
  const double messages = static_cast<double>(count);
  std::printf("messages_per_second %.0f\n", messages / took);
  const double cpu = static_cast<double>(ticks_after - ticks) /
                     static_cast<double>(sysconf(_SC_CLK_TCK));
  std::printf("server_cpu_us_per_message %.2f\n", cpu * 1e6 / messages);
  std::printf("generator_cpu_us_per_message %.2f\n",
              (OwnCpuSeconds() - own) * 1e6 / messages);
  if (!latencies.empty()) {
    std::sort(latencies.begin(), latencies.end());
    std::printf("latency_p50_us %.0f\n",
                static_cast<double>(latencies[latencies.size() / 2]) / 1e3);
    std::printf(
        "latency_p99_us %.0f\n",
        static_cast<double>(latencies[latencies.size() * 99 / 100]) / 1e3);
  }
}

void Idle(const Target& target, size_t size) {
  Crowd crowd(target, size);
  std::printf("ready %zu\n", size);
  std::fflush(stdout);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ~uint64_t{0};
  epoll_ctl(crowd.poll(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
  for (;;) {
    std::array<epoll_event, 64> events;
    const int ready = epoll_wait(crowd.poll(), events.data(),
                                 static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const uint64_t which = events[static_cast<size_t>(i)].data.u64;
      if (which == ~uint64_t{0}) return;
      Connection& c = crowd.connections()[which];
      c.Read([](std::string_view) {});
      c.Flush();
    }
  }
}

size_t Number(const char* text) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (*text == '\0' || *end != '\0') Fail(std::string("not a number: ") + text);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (!(what == "echo" && argc >= 9) && !(what == "idle" && argc == 6))
    Fail("see the head of load.cc");
  Target target;
  target.host = argv[2];
  target.path = argv[4];
  target.address.sin_family = AF_INET;
  target.address.sin_port = htons(static_cast<uint16_t>(Number(argv[3])));
  if (inet_pton(AF_INET, argv[2], &target.address.sin_addr) != 1 ||
      argv[2][0] != '1' || std::strncmp(argv[2], "127.", 4) != 0) {
    Fail("only loopback addresses (127.0.0.0/8) are loaded");
  }
  if (what == "idle") {
    Idle(target, Number(argv[5]));
  } else {
    Echo(target, Number(argv[5]), Number(argv[6]), Number(argv[7]),
         static_cast<unsigned>(Number(argv[8])),
         std::vector<std::string>(argv + 9, argv + argc));
  }
  return 0;
}
