// SPDX-License-Identifier: MPL-2.0
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace rabbit_socks::net {
namespace {

std::string Text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* shown =
      inet_ntop(family, address, text.data(), socklen_t{text.size()});
  return shown == nullptr ? std::string() : std::string(shown);
}

}  // namespace

Address ToAddress(const sockaddr_storage& storage) {
  // Copied out, not cast: the storage is read as what it was written as.
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    return {Text(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
      return {Text(AF_INET, &v6.sin6_addr.s6_addr[12]), ntohs(v6.sin6_port)};
    return {Text(AF_INET6, &v6.sin6_addr), ntohs(v6.sin6_port)};
  }
  return {};
}

Address LocalAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return {};
  return ToAddress(storage);
}

}  // namespace rabbit_socks::net
