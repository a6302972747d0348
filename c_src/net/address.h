// SPDX-License-Identifier: MPL-2.0
// Socket addresses as text.
#ifndef RABBIT_SOCKS_NET_ADDRESS_H_
#define RABBIT_SOCKS_NET_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace rabbit_socks::net {

struct Address {
  std::string text;
  uint16_t port = 0;
};

// An IPv4 address that came mapped into IPv6 is shown as IPv4. Other families:
// "" and 0.
Address ToAddress(const sockaddr_storage& storage);
// Of our end of a connected socket.
Address LocalAddress(int fd);

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_ADDRESS_H_
