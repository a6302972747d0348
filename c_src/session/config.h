// SPDX-License-Identifier: MPL-2.0
// What a listener is told: its routes and limits. Defaults are limits L1 to
// L10; docs/CONFIGURATION.md describes every key.
#ifndef RABBIT_SOCKS_SESSION_CONFIG_H_
#define RABBIT_SOCKS_SESSION_CONFIG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "framing/codec.h"
#include "http/limits.h"
#include "http/origin.h"
#include "http/pages.h"
#include "websocket/codec.h"
#include "websocket/compression.h"

namespace rabbit_socks::session {

struct Route {
  std::vector<std::string> prefix;  // path parts after /websocket or
                                    // /socket.io; empty: the default route
  std::vector<std::string> subprotocols;
  bool events = false;   // the callback module takes events
  bool frames = true;    // and frames
  bool resumes = false;  // and goes on from where a client that was lost was
  http::OriginPolicy origins;
};

struct Limits {
  http::Limits http;
  websocket::Limits websocket;
  framing::Limits framing;
  websocket::CompressionPolicy compression;

  base::Time head_timeout =
      10000;  // L2: from accept, or from the first byte of a later request
  base::Time body_timeout = 30000;        // L3
  base::Time keep_alive_timeout = 60000;  // between requests
  base::Time open_timeout = 10000;        // for the node's accept
  base::Time ping_interval = 30000;       // L7: silence before a WebSocket ping
  base::Time idle_timeout =
      60000;  // L7: silence before the peer is taken for gone
  base::Time close_timeout = 5000;  // L8
  base::Time send_timeout =
      30000;  // L9: no byte taken by the kernel for so long
  base::Time heartbeat_interval = 10000;  // Socket.IO 0.6
  base::Time heartbeat_timeout = 8000;    // Socket.IO 0.6
  base::Time poll_timeout =
      20000;  // Socket.IO 0.6 to 0.9: an open poll is answered empty
  base::Time session_timeout =
      8000;  // Socket.IO 0.6: life of a polling session without a poll
  base::Time heartbeat_interval_09 = 25000;  // Socket.IO 0.7 to 0.9
  base::Time heartbeat_timeout_09 = 60000;   // Socket.IO 0.7 to 0.9
  base::Time session_timeout_09 =
      60000;  // Socket.IO 0.7 to 0.9: life of a client without a transport
  base::Time engine_ping_interval = 25000;    // Engine.IO
  base::Time engine_ping_timeout = 20000;     // Engine.IO
  base::Time engine_upgrade_timeout = 10000;  // L17: of a probe
  base::Time connect_timeout =
      45000;  // L11: Socket.IO 3 and later: until the first namespace
  base::Time recovery_window =
      120000;  // Socket.IO 4: a session waits for a client that was lost
  uint32_t recovery_bytes =
      262144;  // of what it was sent last, for one that comes back
  bool recovery = false;
  bool http_compression = false;       // gzip for answers to polls
  uint32_t max_namespaces = 100;       // of one client (row E31)
  uint32_t max_control_rate = 100;     // L6: control frames a second (1008)
  uint32_t send_queue_soft = 65536;    // L9 bytes: congested
  uint32_t send_queue_hard = 1048576;  // L9 bytes: close 1013
  uint32_t max_connections =
      0;  // L10: of this listener; 0: what descriptors allow
  uint32_t max_connections_per_address = 0;  // L10; 0: no limit
  uint32_t max_pending =
      0;  // L10: connections without a session; 0: a tenth of what is allowed
  uint32_t max_clients = 0;  // L10: of this listener; 0: as max_connections
  uint32_t max_forwards =
      10000;  // L10: requests that are with another node at a time
  uint32_t max_forward_bytes = 67108864;  // and the bytes of their bodies
  uint32_t credit_messages = 64;
  uint32_t credit_bytes = 262144;
  bool hixie = true;  // serve hixie-75 and hixie-76
};

struct ListenerConfig {
  std::vector<Route> routes;  // never empty
  std::shared_ptr<const http::Pages>
      pages;  // shared: connections that outlive a changed listener still serve
              // them; null: no pages
  std::string cookie;  // its name; empty: none is set
  Limits limits;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_CONFIG_H_
