// SPDX-License-Identifier: MPL-2.0
#include "server/usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace rabbit_socks::server {
namespace {

uint64_t Microseconds(const timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000 +
         static_cast<uint64_t>(time.tv_usec);
}

}  // namespace

void MeasureUsage(base::Statistics* statistics) {
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    statistics->cpu =
        Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime);
  std::ifstream statm("/proc/self/statm");
  uint64_t whole = 0;
  uint64_t resident = 0;
  if (statm >> whole >> resident)
    statistics->memory =
        resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace rabbit_socks::server
