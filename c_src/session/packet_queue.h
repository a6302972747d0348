// SPDX-License-Identifier: MPL-2.0
// What waits, for a client's next poll or for the node: packets, in order.
//
// Of 0.6 a packet is a framed message, of 0.9 the text of one, else one of
// Engine.IO. Every client has a queue, and most of them nothing in it: an empty
// one is a pointer.
#ifndef RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_
#define RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "framing/engine_packet.h"

namespace rabbit_socks::session {

class PacketQueue {
 public:
  void Push(const framing::EnginePacket& packet) {
    if (!held_) held_ = std::make_unique<Held>();
    held_->entries.push_back({packet.type, packet.payload,
                              static_cast<uint32_t>(packet.data.size())});
    held_->bytes.append(packet.data);
  }
  bool empty() const { return held_ == nullptr; }
  // Of memory, about.
  size_t bytes() const {
    return empty() ? 0 : held_->bytes.size() + packets() * sizeof(Entry);
  }
  size_t packets() const { return empty() ? 0 : held_->entries.size(); }
  bool Has(framing::EnginePacket::Type type) const {
    return Any([type](const Entry& entry) { return entry.type == type; });
  }
  bool has_binary() const {
    return Any([](const Entry& entry) {
      return entry.payload == base::Payload::kBinary;
    });
  }
  // visit(const EnginePacket&) for each; views of the queue.
  template <class Visit>
  void For(Visit&& visit) const {
    if (empty()) return;
    base::Bytes rest = held_->bytes;
    for (const Entry& entry : held_->entries) {
      visit(framing::EnginePacket{entry.type, entry.payload,
                                  rest.substr(0, entry.size)});
      rest.remove_prefix(entry.size);
    }
  }
  // Gives the memory back, too.
  void Clear() { held_.reset(); }

 private:
  struct Entry {
    framing::EnginePacket::Type type;
    base::Payload payload;
    uint32_t size;
  };
  struct Held {
    std::vector<Entry> entries;  // never none
    std::string bytes;
  };

  template <class Is>
  bool Any(Is&& is) const {
    return !empty() &&
           std::any_of(held_->entries.begin(), held_->entries.end(), is);
  }

  std::unique_ptr<Held> held_;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_
