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
using transport::Age;

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

constexpr size_t kNone = static_cast<size_t>(-1);

void Assign(const std::vector<Bytes>& raw, size_t at, std::string* part) {
  if (at < raw.size()) part->assign(raw[at]);
}

// Any part may be the resource's own: the last one that names a transport is
// the transport.
size_t Transport06(const std::vector<Bytes>& raw) {
  for (size_t at = raw.size() - 1; at > 0; --at) {
    if (transport::FindRow(Age::k06, raw[at]) != nullptr) return at;
  }
  return kNone;
}

// The number of the protocol, before any name of a transport. A resource's own
// path may have a part "1", too: what follows tells.
size_t Protocol09(const std::vector<Bytes>& raw) {
  for (size_t at = 1; at < raw.size(); ++at) {
    if (raw[at] == "1") {
      if (at == 1) return at;
      if (at + 1 < raw.size() &&
          (raw[at + 1].empty() || transport::FindRow(Age::k09, raw[at + 1])))
        return at;
    }
    if (transport::FindRow(Age::k06, raw[at]) != nullptr) return kNone;
  }
  return kNone;
}

// Tells the generations apart. Returns where the resource's own path ends.
size_t ReadSocketIo(const std::vector<Bytes>& raw, Target* target) {
  if (const size_t at = Protocol09(raw); at != kNone) {
    target->kind = Target::Kind::kSocketIo09;
    Assign(raw, at + 1, &target->operation);
    Assign(raw, at + 2, &target->name);
    target->transport = transport::FindRow(Age::k09, target->operation);
    return at;
  }
  if (const size_t at = Transport06(raw); at != kNone) {
    target->kind = Target::Kind::kSocketIo06;
    target->transport = transport::FindRow(Age::k06, raw[at]);
    Assign(raw, at + 1, &target->name);
    Assign(raw, at + 2, &target->operation);
    Assign(raw, at + 3, &target->jsonp_index);
    return at;
  }
  target->kind = Target::Kind::kEngine;
  return raw.size();
}

}  // namespace

base::Result<Target> FindTarget(Bytes path, const std::vector<Route>& routes) {
  Target target;
  const std::vector<Bytes> raw = http::SplitPath(path);
  size_t end = raw.size();
  if (raw[0] == "websocket") {
    target.kind = Target::Kind::kWebSocket;
  } else if (raw[0] == "engine.io" && raw.size() > 1) {
    target.kind = Target::Kind::kBareEngine;
  } else if (raw[0] == "socket.io" && raw.size() > 1) {
    end = ReadSocketIo(raw, &target);
  } else {
    return target;
  }
  base::Result<Parts> parts = Decoded(raw, 1, end);
  if (!parts.ok()) return parts.fault();
  if (const Fault fault =
          ChooseRoute(routes, std::move(parts.value()), &target))
    return fault;
  return target;
}

}  // namespace rabbit_socks::session
