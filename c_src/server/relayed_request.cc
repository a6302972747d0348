// SPDX-License-Identifier: MPL-2.0
#include "server/relayed_request.h"

#include <utility>

namespace rabbit_socks::server {
namespace {

http::Method ToMethod(base::Bytes name) {
  if (name == "GET") return http::Method::kGet;
  if (name == "HEAD") return http::Method::kHead;
  if (name == "POST") return http::Method::kPost;
  if (name == "OPTIONS") return http::Method::kOptions;
  return http::Method::kOther;
}

}  // namespace

http::Request ToRequest(node::RelayedRequest relayed) {
  http::Request request;
  request.method = ToMethod(relayed.method);
  request.target = std::move(relayed.target);
  const size_t mark = relayed.path.find('?');
  if (mark != std::string::npos) request.query = relayed.path.substr(mark + 1);
  request.path = relayed.path.substr(0, mark);
  if (request.path.empty() || request.path.front() != '/')
    request.path.insert(0, 1, '/');
  request.headers = std::move(relayed.headers);
  request.body = std::move(relayed.body);
  request.upgrade = request.headers.Find("upgrade") != nullptr &&
                    request.headers.HasToken("connection", "upgrade");
  return request;
}

session::Peer PeerOf(const node::RelayedRequest& relayed) {
  return {{relayed.peer_address, relayed.peer_port},
          {relayed.local_address, relayed.local_port},
          relayed.secure,
          relayed.certificate};
}

}  // namespace rabbit_socks::server
