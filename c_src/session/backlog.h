// SPDX-License-Identifier: MPL-2.0
// What is held back from a session that reads too slowly: broadcasts of rooms
// that it joined with a policy, in order, until its client takes them or newer
// ones push them out.
//
// What one broadcast says is shared by all the sessions that it is held for.
#ifndef RABBIT_SOCKS_SESSION_BACKLOG_H_
#define RABBIT_SOCKS_SESSION_BACKLOG_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "session/rendered.h"

namespace rabbit_socks::session {

struct Room;

class Backlog {
 public:
  using Message = std::shared_ptr<const Rendered>;

  // Appends. With a key, what is held of the room with the same key goes. Then
  // the oldest go until no more than `limit` bytes are held; the last one stays
  // whatever its size.
  void Push(Message message, const Room* room,
            const std::optional<std::string>& key, size_t limit);
  // The oldest. REQUIRES: !empty()
  Message Pop();
  // Drops what is held of a room.
  void Forget(const Room* room);

  bool empty() const { return entries_.empty(); }
  // Of memory, about, as if nothing were shared.
  size_t bytes() const { return bytes_; }
  // How many were pushed out for want of room since the last call. One that
  // made place for a newer one with its key does not count.
  uint64_t TakeDropped() { return std::exchange(dropped_, 0); }

 private:
  struct Entry {
    Message message;
    const Room* room;
    std::optional<std::string> key;
  };
  using Entries = std::list<Entry>;
  using Key = std::pair<const Room*, std::string_view>;  // of an entry's key

  static size_t SizeOf(const Entry& entry);
  void Erase(Entries::iterator entry);

  Entries entries_;  // the oldest first
  std::map<Key, Entries::iterator> newest_;
  size_t bytes_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_BACKLOG_H_
