// SPDX-License-Identifier: MPL-2.0
#include "session/kept_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace rabbit_socks::session {
namespace {

using testing::ElementsAre;

std::vector<std::pair<std::string, std::string>> Fields(
    const base::OpenInfo& info) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const base::Header& field : info.headers.fields())
    fields.emplace_back(field.name, field.value);
  return fields;
}

base::OpenInfo Request() {
  base::OpenInfo info;
  info.path = {"a", "", std::string("b\0c", 3)};
  info.query = "EIO=4";
  info.headers.Add("host", "example.org");
  info.headers.Add("cookie", "");
  info.headers.Add("cookie", std::string(300, 'x'));
  info.peer_address = "10.0.0.1";
  info.local_address = "::1";
  info.peer_port = 65535;
  info.local_port = 80;
  info.secure = true;
  info.certificate = std::string("\x30\0\xff", 3);
  info.protocol = "hixie-76";
  info.subprotocol = "p";
  return info;
}

TEST(KeptRequest, TellsWhatItWasGiven) {
  const base::OpenInfo info = KeptRequest(Request()).Info();
  EXPECT_THAT(info.path, ElementsAre("a", "", std::string("b\0c", 3)));
  EXPECT_EQ(info.query, "EIO=4");
  EXPECT_THAT(
      Fields(info),
      ElementsAre(std::pair("host", "example.org"), std::pair("cookie", ""),
                  std::pair("cookie", std::string(300, 'x'))));
  EXPECT_EQ(info.peer_address, "10.0.0.1");
  EXPECT_EQ(info.local_address, "::1");
  EXPECT_EQ(info.peer_port, 65535);
  EXPECT_EQ(info.local_port, 80);
  EXPECT_TRUE(info.secure);
  EXPECT_EQ(info.certificate, std::string("\x30\0\xff", 3));
  EXPECT_STREQ(info.protocol, "hixie-76");
  EXPECT_EQ(info.subprotocol, "p");
}

TEST(KeptRequest, HasNothingOfANamespace) {
  base::OpenInfo request = Request();
  request.nsp = "/chat";
  request.auth.Text("secret");
  const base::OpenInfo info = KeptRequest(request).Info();
  EXPECT_EQ(info.nsp, "");
  EXPECT_TRUE(info.auth.empty());
}

TEST(KeptRequest, OfNothingIsNothing) {
  const base::OpenInfo info = KeptRequest(base::OpenInfo()).Info();
  EXPECT_TRUE(info.path.empty());
  EXPECT_TRUE(info.headers.fields().empty());
  EXPECT_EQ(info.query, "");
}

// A browser's: a dozen fields, of which the values are the most.
TEST(KeptRequest, TakesLittleMoreThanItsText) {
  base::OpenInfo request;
  size_t text = 0;
  for (int i = 0; i < 12; ++i) {
    request.headers.Add("sec-fetch-something", std::string(50, 'x'));
    text += 19 + 50;
  }
  EXPECT_LT(KeptRequest(request).bytes(), text + text / 4);
}

}  // namespace
}  // namespace rabbit_socks::session
