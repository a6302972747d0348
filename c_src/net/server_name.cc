// SPDX-License-Identifier: MPL-2.0
#include "net/server_name.h"

#include <cstddef>

namespace rabbit_socks::net {
namespace {

constexpr size_t kHead = 5;  // of a list of one: its length, type, length
constexpr size_t kMaxName = 255;

size_t Number(base::Bytes bytes, size_t at) {
  return static_cast<size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

}  // namespace

std::string ServerName(base::Bytes extension) {
  if (extension.size() < kHead) return {};
  const size_t list = Number(extension, 0);
  const bool host = extension[2] == 0;
  const size_t size = Number(extension, 3);
  // There is one type of name, and one name of each type.
  if (!host || list != extension.size() - 2 || size != list - 3 ||
      size > kMaxName)
    return {};
  std::string name(extension.substr(kHead));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

}  // namespace rabbit_socks::net
