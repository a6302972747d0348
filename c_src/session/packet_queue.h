// SPDX-License-Identifier: MPL-2.0
// What waits for a client's next poll: packets, flat, in order.
//
// Of 0.6 a packet is a framed message, of 0.9 the text of one, else one of
// Engine.IO.
#ifndef RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_
#define RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "framing/engine_packet.h"

namespace rabbit_socks::session {

class PacketQueue {
 public:
  void Push(const framing::EnginePacket& packet) {
    entries_.push_back({packet.type, packet.payload,
                        static_cast<uint32_t>(packet.data.size())});
    bytes_.append(packet.data);
  }
  bool empty() const { return entries_.empty(); }
  // Of memory, about.
  size_t bytes() const {
    return bytes_.size() + entries_.size() * sizeof(Entry);
  }
  size_t packets() const { return entries_.size(); }
  bool Has(framing::EnginePacket::Type type) const {
    for (const Entry& entry : entries_) {
      if (entry.type == type) return true;
    }
    return false;
  }
  bool has_binary() const {
    for (const Entry& entry : entries_) {
      if (entry.payload == base::Payload::kBinary) return true;
    }
    return false;
  }
  // visit(const EnginePacket&) for each; views of the queue.
  template <class Visit>
  void For(Visit&& visit) const {
    base::Bytes rest = bytes_;
    for (const Entry& entry : entries_) {
      visit(framing::EnginePacket{entry.type, entry.payload,
                                  rest.substr(0, entry.size)});
      rest.remove_prefix(entry.size);
    }
  }
  // Gives the memory back, too.
  void Clear() {
    entries_ = {};
    bytes_ = {};
  }

 private:
  struct Entry {
    framing::EnginePacket::Type type;
    base::Payload payload;
    uint32_t size;
  };
  std::vector<Entry> entries_;
  std::string bytes_;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_PACKET_QUEUE_H_
