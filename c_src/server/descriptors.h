// SPDX-License-Identifier: MPL-2.0
// How many connections the process's descriptors allow (limit L10).
#ifndef RABBIT_SOCKS_SERVER_DESCRIPTORS_H_
#define RABBIT_SOCKS_SERVER_DESCRIPTORS_H_

#include <cstdint>

namespace rabbit_socks::server {

// Raises the soft limit of open files to the hard one and returns what it is
// then.
uint64_t RaiseDescriptorLimit();
// All but 200, which are for listeners, passed descriptors and connections that
// are being refused or closed.
uint32_t MaxConnections(uint64_t descriptors);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_DESCRIPTORS_H_
