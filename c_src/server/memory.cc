// SPDX-License-Identifier: MPL-2.0
#include "server/memory.h"

#include <malloc.h>

#include <algorithm>

namespace rabbit_socks::server {

bool MemoryWatch::Note(size_t held, base::Time now) {
  most_ = std::max(most_, held);
  if (most_ <= kFew || held > most_ / 2 || now < next_) return false;
  most_ = held;
  next_ = now + kPause;
  return true;
}

void GiveMemoryBack() { malloc_trim(0); }

}  // namespace rabbit_socks::server
