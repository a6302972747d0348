// SPDX-License-Identifier: MPL-2.0
#include "base/tick_wheel.h"

#include <algorithm>

namespace rabbit_socks::base {

namespace {

// Entries a slot keeps room for when it has been emptied.
constexpr size_t kKeptEntries = 64;

}  // namespace

void TickWheel::Schedule(uint64_t key, Time at) {
  // Rounded up: never early. A deadline that has passed is due at the next
  // tick.
  const uint64_t tick =
      std::max(at / kTick + (at % kTick != 0 ? 1 : 0), next_tick_);
  slots_[tick % kSlots].push_back({key, tick});
  ++size_;
}

void TickWheel::Advance(Time now, std::vector<uint64_t>* due) {
  const uint64_t last = now / kTick;
  if (last < next_tick_) return;
  // After a pause longer than one round each slot is looked at once, not once a
  // tick.
  const uint64_t sweeps = std::min<uint64_t>(last - next_tick_ + 1, kSlots);
  for (uint64_t i = 0; i < sweeps; ++i) {
    std::vector<Entry>& slot = slots_[(next_tick_ + i) % kSlots];
    size_t kept = 0;
    for (const Entry& entry : slot) {
      if (entry.tick <= last) {
        due->push_back(entry.key);
      } else {
        slot[kept++] = entry;
      }
    }
    size_ -= slot.size() - kept;
    slot.resize(kept);
    if (slot.empty() && slot.capacity() > kKeptEntries)
      std::vector<Entry>().swap(slot);
  }
  next_tick_ = last + 1;
}

}  // namespace rabbit_socks::base
