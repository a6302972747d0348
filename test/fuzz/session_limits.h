// SPDX-License-Identifier: MPL-2.0
// Limits that a short script reaches.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SESSION_LIMITS_H_
#define RABBIT_SOCKS_TEST_FUZZ_SESSION_LIMITS_H_

#include <cstdint>

#include "base/time.h"
#include "session/config.h"

namespace rabbit_socks::fuzz {

inline constexpr uint32_t kMaxPackets = 8;
inline constexpr uint32_t kCredit = 4;

// `options`: those of SessionWorld.
inline void SetFuzzLimits(unsigned options, session::Limits* limits) {
  limits->framing.max_packets = kMaxPackets;
  limits->credit_messages = kCredit;
  limits->credit_bytes = 4096;
  limits->max_namespaces = 4;
  limits->send_queue_soft = 512;
  limits->send_queue_hard = 4096;
  limits->recovery = (options & 4) != 0;
  limits->http_compression = (options & 8) != 0;
  for (base::Time* time :
       {&limits->head_timeout, &limits->body_timeout, &limits->open_timeout,
        &limits->keep_alive_timeout, &limits->ping_interval,
        &limits->close_timeout, &limits->heartbeat_interval,
        &limits->heartbeat_timeout, &limits->poll_timeout,
        &limits->session_timeout, &limits->heartbeat_interval_09,
        &limits->heartbeat_timeout_09, &limits->session_timeout_09,
        &limits->engine_ping_interval, &limits->engine_ping_timeout,
        &limits->engine_upgrade_timeout, &limits->connect_timeout})
    *time = 1000;
  limits->idle_timeout = limits->send_timeout = 2000;
  limits->recovery_window = 3000;
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SESSION_LIMITS_H_
