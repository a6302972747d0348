// SPDX-License-Identifier: MPL-2.0
// Memory that the allocator keeps after thousands of clients have left is given
// back to the machine.
#ifndef RABBIT_SOCKS_SERVER_MEMORY_H_
#define RABBIT_SOCKS_SERVER_MEMORY_H_

#include <cstddef>

#include "base/time.h"

namespace rabbit_socks::server {

// Says when that is worth its while: once most of those that there were have
// gone, and not again and again.
class MemoryWatch {
 public:
  static constexpr size_t kFew = 32;
  static constexpr base::Time kPause = 1000;

  // `held`: how many connections, sessions and clients there are. True: give
  // back now.
  bool Note(size_t held, base::Time now);

 private:
  size_t most_ = 0;  // since the last time
  base::Time next_ = 0;
};

void GiveMemoryBack();

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_MEMORY_H_
