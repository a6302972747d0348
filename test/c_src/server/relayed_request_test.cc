// SPDX-License-Identifier: MPL-2.0
#include "server/relayed_request.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace rabbit_socks::server {
namespace {

node::RelayedRequest Relayed(const std::string& method,
                             const std::string& path) {
  node::RelayedRequest relayed;
  relayed.method = method;
  relayed.target = "/socks" + path;
  relayed.path = path;
  return relayed;
}

TEST(RelayedRequestTest, PathAndQueryAreParted) {
  const http::Request request =
      ToRequest(Relayed("GET", "/websocket/a%20b?x=1?y"));
  EXPECT_EQ(request.target, "/socks/websocket/a%20b?x=1?y");
  EXPECT_EQ(request.path, "/websocket/a%20b");
  EXPECT_EQ(request.query, "x=1?y");
  EXPECT_EQ(request.minor, 1);
  EXPECT_FALSE(request.upgrade);
  EXPECT_EQ(ToRequest(Relayed("GET", "/x")).query, "");
  EXPECT_EQ(ToRequest(Relayed("GET", "/x?")).path, "/x");
}

TEST(RelayedRequestTest, APathStartsWithASlash) {
  EXPECT_EQ(ToRequest(Relayed("GET", "")).path, "/");
  EXPECT_EQ(ToRequest(Relayed("GET", "?a=b")).path, "/");
  EXPECT_EQ(ToRequest(Relayed("GET", "a")).path, "/a");
}

TEST(RelayedRequestTest, Methods) {
  EXPECT_EQ(ToRequest(Relayed("GET", "/")).method, http::Method::kGet);
  EXPECT_EQ(ToRequest(Relayed("HEAD", "/")).method, http::Method::kHead);
  EXPECT_EQ(ToRequest(Relayed("POST", "/")).method, http::Method::kPost);
  EXPECT_EQ(ToRequest(Relayed("OPTIONS", "/")).method, http::Method::kOptions);
  EXPECT_EQ(ToRequest(Relayed("get", "/")).method, http::Method::kOther);
  EXPECT_EQ(ToRequest(Relayed("TRACE", "/")).method, http::Method::kOther);
}

TEST(RelayedRequestTest, AnUpgradeNeedsBothFields) {
  node::RelayedRequest relayed = Relayed("GET", "/");
  relayed.headers.Add("upgrade", "websocket");
  EXPECT_FALSE(ToRequest(relayed).upgrade);
  relayed.headers.Add("connection", "keep-alive, Upgrade");
  EXPECT_TRUE(ToRequest(relayed).upgrade);
  node::RelayedRequest other = Relayed("GET", "/");
  other.headers.Add("connection", "upgrade");
  EXPECT_FALSE(ToRequest(other).upgrade);
}

TEST(RelayedRequestTest, BodyAndEnds) {
  node::RelayedRequest relayed = Relayed("POST", "/");
  relayed.body = "data";
  relayed.peer_address = "192.0.2.1";
  relayed.peer_port = 1234;
  relayed.local_address = "::1";
  relayed.local_port = 15690;
  relayed.secure = true;
  relayed.certificate = "der";
  const session::Peer peer = PeerOf(relayed);
  EXPECT_EQ(peer.peer.address, "192.0.2.1");
  EXPECT_EQ(peer.peer.port, 1234);
  EXPECT_EQ(peer.local.address, "::1");
  EXPECT_EQ(peer.local.port, 15690);
  EXPECT_TRUE(peer.secure);
  EXPECT_EQ(peer.certificate, "der");
  EXPECT_EQ(ToRequest(std::move(relayed)).body, "data");
}

}  // namespace
}  // namespace rabbit_socks::server
