// SPDX-License-Identifier: MPL-2.0
// What clients of RabbitMQ say and hear: in the events of rabbit_socks_amqp,
// Socket.IO 4, or in STOMP.
#ifndef RABBIT_SOCKS_TEST_BENCH_DIALECT_H_
#define RABBIT_SOCKS_TEST_BENCH_DIALECT_H_

#include <string>
#include <string_view>

#include "crowd.h"

class Dialect {
 public:
  explicit Dialect(bool stomp) : stomp_(stomp) {}

  // Each of the crowd logs in as guest.
  void LogIn(Crowd* crowd) const;
  // And subscribes to one routing key; `slow` is the bridge's policy for those
  // that read slowly, or empty.
  void Subscribe(Crowd* crowd, std::string_view slow = {}) const;

  // A message to who has subscribed; `body` holds nothing that wants escaping.
  std::string Publish(std::string_view body) const;
  bool IsDelivery(std::string_view text) const;

  // A persistent message to a durable queue that is confirmed.
  std::string PublishConfirmed(std::string_view body) const;
  bool IsConfirm(std::string_view text) const;

 private:
  bool stomp_;
};

#endif  // RABBIT_SOCKS_TEST_BENCH_DIALECT_H_
