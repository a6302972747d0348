// SPDX-License-Identifier: MPL-2.0
#include "net/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace rabbit_socks::net {
namespace {

sockaddr_storage V6(const char* text, uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v6, sizeof v6);
  return storage;
}

TEST(AddressTest, Texts) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(65535);
  ASSERT_EQ(inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr), 1);
  sockaddr_storage storage{};
  std::memcpy(&storage, &v4, sizeof v4);
  EXPECT_EQ(ToAddress(storage).text, "192.0.2.1");
  EXPECT_EQ(ToAddress(storage).port, 65535);

  EXPECT_EQ(ToAddress(V6("2001:db8::7", 80)).text, "2001:db8::7");
  EXPECT_EQ(ToAddress(V6("2001:db8::7", 80)).port, 80);
  EXPECT_EQ(ToAddress(V6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1)).text,
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(AddressTest, MappedIPv4IsShownAsIPv4) {
  EXPECT_EQ(ToAddress(V6("::ffff:127.0.0.2", 443)).text, "127.0.0.2");
  EXPECT_EQ(ToAddress(V6("::ffff:127.0.0.2", 443)).port, 443);
}

TEST(AddressTest, OtherFamiliesHaveNone) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(ToAddress(storage).text, "");
  EXPECT_EQ(ToAddress(storage).port, 0);
  EXPECT_EQ(LocalAddress(-1).text, "");
}

}  // namespace
}  // namespace rabbit_socks::net
