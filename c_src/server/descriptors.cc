// SPDX-License-Identifier: MPL-2.0
#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace rabbit_socks::server {
namespace {

constexpr uint64_t kReserve = 200;
// Slots of a table; far more than one event loop serves.
constexpr uint64_t kMost = uint64_t{1} << 23;

}  // namespace

uint64_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

uint32_t MaxConnections(uint64_t descriptors) {
  // With next to none, half of them: something is served.
  const uint64_t left =
      descriptors >= 2 * kReserve ? descriptors - kReserve : descriptors / 2;
  return static_cast<uint32_t>(std::clamp(left, uint64_t{1}, kMost));
}

}  // namespace rabbit_socks::server
