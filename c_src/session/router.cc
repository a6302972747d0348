// SPDX-License-Identifier: MPL-2.0
#include "session/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/query.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Parts = std::vector<std::string>;

base::Result<Parts> Decoded(const std::vector<Bytes>& raw, size_t begin,
                            size_t end) {
  Parts parts;
  for (size_t i = begin; i < end; ++i) {
    std::optional<std::string> part = http::PercentDecode(raw[i]);
    if (!part) return Fault{400, "the path is not valid percent-encoding"};
    parts.push_back(std::move(*part));
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

// Chooses the route and takes its prefix off the path.
Fault ChooseRoute(const std::vector<Route>& routes, Parts path,
                  Target* target) {
  const Route* best = nullptr;
  for (const Route& route : routes) {
    const bool fits =
        route.prefix.size() <= path.size() &&
        std::equal(route.prefix.begin(), route.prefix.end(), path.begin());
    if (fits && (best == nullptr || route.prefix.size() > best->prefix.size()))
      best = &route;
  }
  if (best == nullptr) return Fault{404, "nothing is served at this path"};
  target->route = static_cast<uint32_t>(best - routes.data());
  path.erase(path.begin(),
             path.begin() + static_cast<std::ptrdiff_t>(best->prefix.size()));
  target->path = std::move(path);
  return Fault{};
}

}  // namespace

base::Result<Target> FindTarget(Bytes path, const std::vector<Route>& routes) {
  Target target;
  const std::vector<Bytes> raw = http::SplitPath(path);
  const bool websocket = !raw.empty() && raw[0] == "websocket";
  const bool socket_io = !raw.empty() && raw[0] == "socket.io";
  if (!websocket && !socket_io) return target;

  size_t end = raw.size();
  if (socket_io) {
    target.kind = Target::Kind::kSocketIo;
    // Any part may be the resource's own: the last one that names a transport
    // is the transport.
    while (end > 1 && transport::FindRow(raw[end - 1]) == nullptr) --end;
    if (end <= 1) return Fault{404, "no such transport"};
    --end;
    target.transport = transport::FindRow(raw[end]);
    if (end + 1 < raw.size()) target.name.assign(raw[end + 1]);
    if (end + 2 < raw.size()) target.operation.assign(raw[end + 2]);
    if (end + 3 < raw.size()) target.jsonp_index.assign(raw[end + 3]);
  } else {
    target.kind = Target::Kind::kWebSocket;
  }
  base::Result<Parts> parts = Decoded(raw, 1, end);
  if (!parts.ok()) return parts.fault();
  if (const Fault fault =
          ChooseRoute(routes, std::move(parts.value()), &target))
    return fault;
  return target;
}

}  // namespace rabbit_socks::session
