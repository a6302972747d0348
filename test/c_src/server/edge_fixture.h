// SPDX-License-Identifier: MPL-2.0
// The whole edge in a thread, driven over its link, its descriptor channel and
// loopback sockets as the node and clients drive it.
#ifndef RABBIT_SOCKS_TEST_SERVER_EDGE_FIXTURE_H_
#define RABBIT_SOCKS_TEST_SERVER_EDGE_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/node_side.h"
#include "server/server.h"

namespace rabbit_socks::server {

// The message of the descriptor channel.
std::string IdMessage(uint64_t id);
// The term of a configuration with one route for every path.
std::string ConfigTerm(
    const std::vector<std::pair<std::string, std::string>>& more = {});
// A masked text frame with the mask 0. REQUIRES: less than 126 bytes
std::string Frame(const std::string& text);
uint64_t Number(const std::string& digits);

class EdgeTest : public testing::Test {
 protected:
  static constexpr uint64_t kListener = 5;

  EdgeTest();
  ~EdgeTest() override;

  // Waits for the end of the edge.
  int ExitCode();
  void Send(const std::string& term);
  void SayHello();
  // The next event as text, or "" when none comes. Statistics, which come
  // before each heartbeat, are passed over.
  std::string Event();
  // Those that came last.
  const std::string& statistics() const { return statistics_; }
  // The next event that begins so; others are passed over.
  std::string Await(const std::string& beginning);
  // Opens kListener and returns its port.
  uint16_t Listen(const std::string& config);
  // The session of an {open, …}.
  static std::string SessionOf(const std::string& open);
  // An upgrade of RFC 6455 to /websocket/a/b?x=1.
  static std::string Upgrade();
  // A client with an open session whose pid is 7.
  net::Peer Open(uint16_t port, std::string* session);

  net::NodeSide node_;

 private:
  std::string NextPacket();
  size_t Length() const;
  void Split(const std::string& shown);
  void Keep(const std::string& event);

  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::atomic<int> exit_code_{-1};
  std::string received_;
  std::deque<std::string> events_;
  std::string statistics_;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_TEST_SERVER_EDGE_FIXTURE_H_
