// SPDX-License-Identifier: MPL-2.0
#include "websocket/subprotocol.h"

#include <gtest/gtest.h>

#include "websocket/handshake.h"

namespace rabbit_socks::websocket {
namespace {

using Names = std::vector<std::string>;

// The names, or "fault" alone.
Names Read(base::Bytes list, bool hixie = false) {
  Names names;
  return ReadSubprotocols(list, hixie, &names) ? names : Names{"fault"};
}

TEST(SubprotocolTest, ReadsLists) {
  EXPECT_EQ(Read(""), Names{});
  EXPECT_EQ(Read("chat"), Names{"chat"});
  EXPECT_EQ(Read("v12.stomp, v11.stomp ,\tmqtt"),
            (Names{"v12.stomp", "v11.stomp", "mqtt"}));
  EXPECT_EQ(Read(", a,,b ,"), (Names{"a", "b"})) << "empty elements";
}

TEST(SubprotocolTest, HixieListsHaveSpaces) {
  EXPECT_EQ(Read("a b,c  d", true), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(Read("http://x/(y)", true), Names{"http://x/(y)"});
  EXPECT_EQ(Read("a\x01", true), Names{"fault"});
  EXPECT_EQ(Read("a\xFF", true), Names{"fault"});
}

TEST(SubprotocolTest, S05WhatIsNoNameIsRefused) {
  for (const base::Bytes list : {"<script>", "a b", "a\tb", "a;b", "a, b c",
                                 "\"a\"", "a=b", "\xC3\xA9", "a\x7F", "a/b"})
    EXPECT_EQ(Read(list), Names{"fault"}) << list;
  EXPECT_EQ(Read(base::Bytes("a\0b", 3)), Names{"fault"});
  EXPECT_EQ(Read(std::string(256, 'a')), Names{std::string(256, 'a')});
  EXPECT_EQ(Read(std::string(257, 'a')), Names{"fault"});
  EXPECT_EQ(Read(std::string(4096, 'a')), Names{"fault"});
}

// H03: CVE-2021-32640
TEST(SubprotocolTest, H03ManySpacesAreOneBadName) {
  EXPECT_EQ(Read("b" + std::string(15000, ' ') + "x"), Names{"fault"});
}

TEST(SubprotocolTest, NamesAreCounted) {
  std::string list;
  for (int i = 0; i < 64; ++i) list += "a,";
  EXPECT_EQ(Read(list).size(), 64U);
  EXPECT_EQ(Read(list + "a"), Names{"fault"});
}

std::string Choose(const Names& offered, const Names& served) {
  Offer offer;
  offer.subprotocols = offered;
  const base::Result<std::string> chosen = ChooseSubprotocol(offer, served);
  if (chosen.ok()) return chosen.value();
  return std::to_string(chosen.fault().code);
}

TEST(SubprotocolTest, S04ChoosesOneInTheClientsOrder) {
  EXPECT_EQ(Choose({"a", "b", "c"}, {"c", "b"}), "b");
  EXPECT_EQ(Choose({"v12.stomp", "mqtt"}, {"mqtt"}), "mqtt");
}

TEST(SubprotocolTest, AnExactNameComesFirst) {
  EXPECT_EQ(Choose({"STOMP", "stomp"}, {"stomp"}), "stomp");
  EXPECT_EQ(Choose({"STOMP"}, {"stomp"}), "STOMP") << "the client's spelling";
}

TEST(SubprotocolTest, S06NothingThatIsServed) {
  EXPECT_EQ(Choose({"a"}, {"b"}), "400");
  EXPECT_EQ(Choose({"ab"}, {"a"}), "400");
}

TEST(SubprotocolTest, NoneIsChosenWhereNoneIsOfferedOrServed) {
  EXPECT_EQ(Choose({}, {"a"}), "");
  EXPECT_EQ(Choose({"a"}, {}), "");
}

}  // namespace
}  // namespace rabbit_socks::websocket
