// SPDX-License-Identifier: MPL-2.0
// What this process uses of the machine.
#ifndef RABBIT_SOCKS_SERVER_USAGE_H_
#define RABBIT_SOCKS_SERVER_USAGE_H_

#include "base/statistics.h"

namespace rabbit_socks::server {

// Sets memory and cpu. What the machine does not tell stays as it is.
void MeasureUsage(base::Statistics* statistics);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_USAGE_H_
