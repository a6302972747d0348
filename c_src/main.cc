// SPDX-License-Identifier: MPL-2.0
// rabbit_socks_edge: the port program. The node starts it, see
// docs/PORT_PROTOCOL.md.
//
//   rabbit_socks_edge PATH       serve; PATH is the Unix socket by which
//   descriptors come, fds 3 and 4 are the link rabbit_socks_edge --version
//
// Exit codes: 0 the node said stop or is gone; 1 it cannot go on, with one line
// on fd 2; 2 wrong use.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "node/messages.h"
#include "server/log.h"
#include "server/server.h"

namespace {

constexpr int kLinkIn = 3;
constexpr int kLinkOut = 4;

// The node decides when we end, by stop or by the end of the link: a signal to
// its process group, as Ctrl-C in a terminal is, must not cut sessions off
// before it has said so.
void IgnoreSignals() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    std::signal(signal, SIG_IGN);
}

// A closed standard descriptor would be given to the next socket, and a log
// line then sent to a client.
bool HasStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using rabbit_socks::server::Level;
  using rabbit_socks::server::Log;
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::printf("rabbit_socks_edge %s, port protocol %d\n",
                RABBIT_SOCKS_VERSION, rabbit_socks::node::kVersion);
    return 0;
  }
  if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0') {
    Log(Level::kError,
        "usage: rabbit_socks_edge PATH | --version (it is started by the "
        "broker's plugin)");
    return 2;
  }
  if (!HasStandardDescriptors()) return 1;
  IgnoreSignals();
  rabbit_socks::net::NodeEnds ends;
  ends.link_in = kLinkIn;
  ends.link_out = kLinkOut;
  ends.channel_path = argv[1];
  std::string error;
  const std::unique_ptr<rabbit_socks::server::Server> server =
      rabbit_socks::server::Server::Create(ends, &error);
  if (!server) {
    Log(Level::kError, error);
    return 1;
  }
  return server->Run();
}
