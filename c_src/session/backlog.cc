// SPDX-License-Identifier: MPL-2.0
#include "session/backlog.h"

namespace rabbit_socks::session {

size_t Backlog::SizeOf(const Entry& entry) {
  // The nodes of list and map, with what they point to.
  constexpr size_t kNodes = 2 * sizeof(Entry);
  return kNodes + entry.message->size() + (entry.key ? entry.key->size() : 0);
}

void Backlog::Push(Message message, const Room* room,
                   const std::optional<std::string>& key, size_t limit) {
  if (key) {
    const auto same = newest_.find({room, *key});
    if (same != newest_.end()) Erase(same->second);
  }
  entries_.push_back({std::move(message), room, key});
  const auto last = std::prev(entries_.end());
  if (last->key) newest_.emplace(Key{room, *last->key}, last);
  bytes_ += SizeOf(*last);
  while (bytes_ > limit && entries_.size() > 1) {
    Erase(entries_.begin());
    ++dropped_;
  }
}

Backlog::Message Backlog::Pop() {
  Message oldest = entries_.front().message;
  Erase(entries_.begin());
  return oldest;
}

void Backlog::Forget(const Room* room) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto here = entry++;
    if (here->room == room) Erase(here);
  }
}

void Backlog::Erase(Entries::iterator entry) {
  bytes_ -= SizeOf(*entry);
  if (entry->key) newest_.erase({entry->room, *entry->key});
  entries_.erase(entry);
}

}  // namespace rabbit_socks::session
