// SPDX-License-Identifier: MPL-2.0
#include "server/connection_table.h"

#include <gtest/gtest.h>

namespace rabbit_socks::server {
namespace {

using base::ConnectionId;
using net::SocketId;

TEST(ConnectionTableTest, BothWays) {
  ConnectionTable table;
  const ConnectionId id = ConnectionId::Of(700, 3);
  const SocketId socket = SocketId::Of(2, 9);
  table.Bind(id, socket);
  EXPECT_EQ(table.FindSocket(id), socket);
  EXPECT_EQ(table.FindConnection(socket), id);
  EXPECT_EQ(table.sockets(), 1U);
  table.Erase(socket);
  EXPECT_FALSE(table.FindSocket(id));
  EXPECT_FALSE(table.FindConnection(socket));
  EXPECT_EQ(table.sockets(), 0U);
  table.Erase(socket);
  EXPECT_EQ(table.sockets(), 0U);
}

TEST(ConnectionTableTest, IdsThatAreGoneOrNoneFindNothing) {
  ConnectionTable table;
  EXPECT_FALSE(table.FindSocket(ConnectionId{}));
  EXPECT_FALSE(table.FindConnection(SocketId{}));
  table.Bind(ConnectionId::Of(0, 1), SocketId::Of(0, 1));
  EXPECT_FALSE(table.FindSocket(ConnectionId{}));
  EXPECT_FALSE(table.FindConnection(SocketId{}));
  EXPECT_FALSE(table.FindSocket(ConnectionId::Of(0, 2)));
  EXPECT_FALSE(table.FindConnection(SocketId::Of(0, 2)));
  EXPECT_FALSE(table.FindSocket(ConnectionId::Of(99999, 1)));
}

// A slot's new tenant may come before the old one is erased.
TEST(ConnectionTableTest, ErasingAnOldTenantLeavesTheNewOne) {
  ConnectionTable table;
  table.Bind(ConnectionId::Of(4, 1), SocketId::Of(8, 1));
  table.Bind(ConnectionId::Of(4, 2), SocketId::Of(9, 1));
  table.Erase(SocketId::Of(8, 1));
  EXPECT_EQ(table.FindSocket(ConnectionId::Of(4, 2)), SocketId::Of(9, 1));
  EXPECT_EQ(table.FindConnection(SocketId::Of(9, 1)), ConnectionId::Of(4, 2));
}

TEST(ConnectionTableTest, WalksTheSockets) {
  ConnectionTable table;
  table.Bind(ConnectionId::Of(1, 1), SocketId::Of(5, 1));
  table.Bind(ConnectionId::Of(2, 1), SocketId::Of(3, 1));
  table.Erase(SocketId::Of(5, 1));
  int seen = 0;
  table.ForSockets([&](SocketId socket) {
    ++seen;
    EXPECT_EQ(socket, SocketId::Of(3, 1));
  });
  EXPECT_EQ(seen, 1);
}

TEST(ConnectionTableTest, Relays) {
  ConnectionTable table;
  const ConnectionId id = ConnectionId::Of(1, 1);
  table.BindRelay(id, 77);
  ASSERT_NE(table.FindRelay(77), nullptr);
  EXPECT_EQ(table.FindRelay(77)->id, id);
  ASSERT_NE(table.FindRef(id), nullptr);
  EXPECT_EQ(*table.FindRef(id), 77U);
  EXPECT_FALSE(table.FindSocket(id));
  table.EraseRelay(77);
  table.EraseRelay(77);
  EXPECT_EQ(table.FindRelay(77), nullptr);
  EXPECT_EQ(table.FindRef(id), nullptr);
  EXPECT_EQ(table.relays(), 0U);
}

}  // namespace
}  // namespace rabbit_socks::server
