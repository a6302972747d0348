// SPDX-License-Identifier: MPL-2.0
#include "server/rendezvous.h"

#include <unistd.h>

#include <utility>

namespace rabbit_socks::server {

using base::Time;

Rendezvous::~Rendezvous() {
  for (const auto& [id, place] : places_) {
    for (const Descriptor& d : place.descriptors) close(d.fd);
  }
}

std::optional<int> Rendezvous::Ask(uint64_t id, Want want, Time now) {
  Place& place = places_[id];
  if (place.descriptors.empty()) {
    place.commands.push_back({std::move(want), now + kPatience});
    return std::nullopt;
  }
  const int fd = place.descriptors.front().fd;
  place.descriptors.pop_front();
  --descriptors_;
  if (place.descriptors.empty()) places_.erase(id);
  return fd;
}

Rendezvous::Arrival Rendezvous::Bring(uint64_t id, int fd, Time now,
                                      Want* want) {
  const auto found = places_.find(id);
  if (found != places_.end() && !found->second.commands.empty()) {
    Place& place = found->second;
    *want = std::move(place.commands.front().want);
    place.commands.pop_front();
    if (place.commands.empty()) places_.erase(found);
    if (want->kind != Want::Kind::kNothing) return Arrival::kMet;
    close(fd);
    return Arrival::kRefused;
  }
  if (descriptors_ >= kMaxDescriptors) {
    close(fd);
    return Arrival::kRefused;
  }
  places_[id].descriptors.push_back({fd, now + kPatience});
  ++descriptors_;
  return Arrival::kWaits;
}

void Rendezvous::Cancel(uint64_t id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  for (Command& command : found->second.commands) command.want = Want{};
}

Rendezvous::Expired Rendezvous::Expire(Time now) {
  Expired expired;
  for (auto place = places_.begin(); place != places_.end();) {
    auto& [commands, descriptors] = place->second;
    while (!commands.empty() && commands.front().until <= now) {
      if (commands.front().want.kind != Want::Kind::kNothing)
        expired.commands.emplace_back(place->first,
                                      std::move(commands.front().want));
      commands.pop_front();
    }
    while (!descriptors.empty() && descriptors.front().until <= now) {
      close(descriptors.front().fd);
      --descriptors_;
      expired.descriptors.push_back(place->first);
      descriptors.pop_front();
    }
    place = commands.empty() && descriptors.empty() ? places_.erase(place)
                                                    : std::next(place);
  }
  return expired;
}

}  // namespace rabbit_socks::server
