// SPDX-License-Identifier: MPL-2.0
// Many deadlines, one sweep: keys that come due.
//
// Nothing is cancelled: an owner whose deadline moved later is asked too early,
// looks at its own clock and schedules itself again. So each owner has at most
// one entry as long as it schedules only when it has none or was asked.
#ifndef RABBIT_SOCKS_BASE_TICK_WHEEL_H_
#define RABBIT_SOCKS_BASE_TICK_WHEEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace rabbit_socks::base {

class TickWheel {
 public:
  static constexpr Time kTick = 100;      // a deadline is met up to that late
  static constexpr size_t kSlots = 1024;  // 102 s; a later deadline goes round

  explicit TickWheel(Time now) : next_tick_(now / kTick + 1) {}

  void Schedule(uint64_t key, Time at);
  // Moves the due keys of all ticks up to `now` to *due (appended).
  void Advance(Time now, std::vector<uint64_t>* due);
  size_t size() const { return size_; }

 private:
  struct Entry {
    uint64_t key;
    uint64_t tick;
  };
  std::array<std::vector<Entry>, kSlots> slots_;
  uint64_t next_tick_;
  size_t size_ = 0;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_TICK_WHEEL_H_
