// SPDX-License-Identifier: MPL-2.0
#include "server/options.h"

#include <algorithm>
#include <cstdint>

#include "http/origin.h"

namespace rabbit_socks::server {
namespace {

using session::Limits;

constexpr int64_t kDay = 86400000;
constexpr int64_t kUint32 = UINT32_MAX;
// A message must fit into a packet with what goes around it.
constexpr int64_t kMaxMessage = node::kMaxPacket / 2;

uint32_t U32(int64_t value) { return static_cast<uint32_t>(value); }
base::Time Ms(int64_t value) { return static_cast<base::Time>(value); }

}  // namespace

const std::vector<Option>& Options() {
  static const std::vector<Option> options = {
      {"max_request_line", 1, 65535,
       [](Limits* l, int64_t v) { l->http.max_request_line = U32(v); }},
      {"max_head", 64, 1048576,
       [](Limits* l, int64_t v) { l->http.max_head = U32(v); }},
      {"max_headers", 1, 10000,
       [](Limits* l, int64_t v) { l->http.max_headers = U32(v); }},
      {"max_header_name", 1, 65535,
       [](Limits* l, int64_t v) { l->http.max_header_name = U32(v); }},
      {"max_body", 0, kMaxMessage,
       [](Limits* l, int64_t v) { l->http.max_body = U32(v); }},
      {"max_empty_lines", 0, 1000,
       [](Limits* l, int64_t v) { l->http.max_empty_lines = U32(v); }},
      {"max_requests", 1, kUint32,
       [](Limits* l, int64_t v) { l->http.max_requests = U32(v); }},
      {"max_message", 1, kMaxMessage,
       [](Limits* l, int64_t v) { l->websocket.max_message = U32(v); }},
      {"max_fragments", 1, kUint32,
       [](Limits* l, int64_t v) { l->websocket.max_fragments = U32(v); }},
      {"max_packets", 1, kUint32,
       [](Limits* l, int64_t v) { l->framing.max_packets = U32(v); }},
      {"max_attachments", 0, kUint32,
       [](Limits* l, int64_t v) { l->framing.max_attachments = U32(v); }},
      {"max_json_depth", 1, 1024,
       [](Limits* l, int64_t v) { l->framing.max_json_depth = U32(v); }},
      {"max_json_keys", 1, kUint32,
       [](Limits* l, int64_t v) { l->framing.max_json_keys = U32(v); }},
      {"head_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->head_timeout = Ms(v); }},
      {"body_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->body_timeout = Ms(v); }},
      {"keep_alive_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->keep_alive_timeout = Ms(v); }},
      {"open_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->open_timeout = Ms(v); }},
      {"ping_interval", 1, kDay,
       [](Limits* l, int64_t v) { l->ping_interval = Ms(v); }},
      {"idle_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->idle_timeout = Ms(v); }},
      {"close_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->close_timeout = Ms(v); }},
      {"send_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->send_timeout = Ms(v); }},
      {"heartbeat_interval", 1, kDay,
       [](Limits* l, int64_t v) { l->heartbeat_interval = Ms(v); }},
      {"heartbeat_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->heartbeat_timeout = Ms(v); }},
      {"poll_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->poll_timeout = Ms(v); }},
      {"session_timeout", 1, kDay,
       [](Limits* l, int64_t v) { l->session_timeout = Ms(v); }},

      {"heartbeat_interval_09", 1000, kDay,
       [](Limits* l, int64_t v) { l->heartbeat_interval_09 = Ms(v); }},
      {"heartbeat_timeout_09", 1000, kDay,
       [](Limits* l, int64_t v) { l->heartbeat_timeout_09 = Ms(v); }},
      {"session_timeout_09", 1000, kDay,
       [](Limits* l, int64_t v) { l->session_timeout_09 = Ms(v); }},
      {"engine_ping_interval", 100, kDay,
       [](Limits* l, int64_t v) { l->engine_ping_interval = Ms(v); }},
      {"engine_ping_timeout", 100, kDay,
       [](Limits* l, int64_t v) { l->engine_ping_timeout = Ms(v); }},
      {"engine_upgrade_timeout", 100, kDay,
       [](Limits* l, int64_t v) { l->engine_upgrade_timeout = Ms(v); }},
      {"connect_timeout", 100, kDay,
       [](Limits* l, int64_t v) { l->connect_timeout = Ms(v); }},
      {"recovery_window", 100, kDay,
       [](Limits* l, int64_t v) { l->recovery_window = Ms(v); }},
      {"recovery_bytes", 1024, 67108864,
       [](Limits* l, int64_t v) { l->recovery_bytes = U32(v); }},
      {"recovery", 0, 1, [](Limits* l, int64_t v) { l->recovery = v != 0; }},
      {"http_compression", 0, 1,
       [](Limits* l, int64_t v) { l->http_compression = v != 0; }},
      {"max_namespaces", 1, 10000,
       [](Limits* l, int64_t v) { l->max_namespaces = U32(v); }},
      {"max_control_rate", 1, kUint32,
       [](Limits* l, int64_t v) { l->max_control_rate = U32(v); }},
      {"send_queue_soft", 1, kUint32,
       [](Limits* l, int64_t v) { l->send_queue_soft = U32(v); }},
      {"send_queue_hard", 1, kUint32,
       [](Limits* l, int64_t v) { l->send_queue_hard = U32(v); }},
      {"max_connections", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_connections = U32(v); }},
      {"max_connections_per_address", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_connections_per_address = U32(v); }},
      {"max_pending", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_pending = U32(v); }},
      {"max_clients", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_clients = U32(v); }},
      {"max_forwards", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_forwards = U32(v); }},
      {"max_forward_bytes", 0, kUint32,
       [](Limits* l, int64_t v) { l->max_forward_bytes = U32(v); }},
      {"credit_messages", 1, kUint32,
       [](Limits* l, int64_t v) { l->credit_messages = U32(v); }},
      {"credit_bytes", 1, kUint32,
       [](Limits* l, int64_t v) { l->credit_bytes = U32(v); }},
      {"compression_window_bits", 9, 15,
       [](Limits* l, int64_t v) {
         l->compression.compression_window_bits = U32(v);
       }},
      {"compression_min_size", 0, kMaxMessage,
       [](Limits* l, int64_t v) {
         l->compression.compression_min_size = U32(v);
       }},
      {"compression", 0, 2,
       [](Limits* l, int64_t v) {
         l->compression.compression = static_cast<websocket::Compression>(v);
       }},
      {"hixie", 0, 1, [](Limits* l, int64_t v) { l->hixie = v != 0; }},
  };
  return options;
}

namespace {

void SetLimit(const std::string& key, int64_t value, Limits* limits,
              std::vector<std::string>* problems) {
  const auto& options = Options();
  const auto option =
      std::find_if(options.begin(), options.end(),
                   [&](const Option& o) { return o.key == key; });
  if (option == options.end()) {
    problems->push_back("unknown option " + key);
  } else if (value < option->min || value > option->max) {
    problems->push_back("option " + key + " must be from " +
                        std::to_string(option->min) + " to " +
                        std::to_string(option->max) + ", not " +
                        std::to_string(value));
  } else {
    option->set(limits, value);
  }
}

session::Route ToRoute(const node::RouteConfig& config,
                       std::vector<std::string>* problems) {
  session::Route route;
  route.prefix = config.prefix;
  route.subprotocols = config.subprotocols;
  route.events = config.events;
  route.frames = config.frames;
  route.resumes = config.resumes;
  if (config.any_origin) return route;
  std::vector<std::string> origins = config.origins;
  if (origins.empty()) {
    // To OriginPolicy an empty list is "any": the opposite of what a list of
    // none says.
    problems->push_back("option origins is an empty list: no page can connect");
    origins.emplace_back("https://none.invalid");
  }
  route.origins = http::OriginPolicy(std::move(origins));
  return route;
}

}  // namespace

session::ListenerConfig ToListenerConfig(const node::Config& config,
                                         std::vector<std::string>* problems) {
  session::ListenerConfig made;
  made.cookie = config.cookie;
  for (const node::RouteConfig& route : config.routes)
    made.routes.push_back(ToRoute(route, problems));
  if (made.routes.empty()) {
    problems->push_back(
        "option routes is empty: one route for every path is used");
    made.routes.emplace_back();
  }
  for (const auto& [key, value] : config.limits)
    SetLimit(key, value, &made.limits, problems);
  if (made.limits.send_queue_soft > made.limits.send_queue_hard) {
    problems->push_back("option send_queue_soft is above send_queue_hard");
    made.limits.send_queue_soft = made.limits.send_queue_hard;
  }
  return made;
}

}  // namespace rabbit_socks::server
