// SPDX-License-Identifier: MPL-2.0
// Whole handshakes are in test/vectors/handshake.md; here are the lists.
#include "websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/vectors.h"
#include "websocket/notation.h"
#include "websocket/request_text.h"

namespace rabbit_socks::websocket {
namespace {

std::vector<std::string> Served(std::string list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    names.push_back(list.substr(0, comma));
    list.erase(0, comma == std::string::npos ? comma : comma + 1);
  }
  return names;
}

// The answer with the proof, or "fault" and the status.
std::string Answer(const test::Vector& vector) {
  const RequestText text(vector.in, vector.Number("secure", 0) != 0);
  const base::Result<Offer> offer = ReadOffer(text.request());
  if (!offer.ok()) return "fault " + std::to_string(offer.fault().code);
  const base::Result<std::string> chosen =
      ChooseSubprotocol(offer.value(), Served(vector.Option("served")));
  if (!chosen.ok()) return "fault " + std::to_string(chosen.fault().code);
  std::string answer;
  AppendAnswer(offer.value(), chosen.value(), {}, &answer);
  if (offer.value().draft == Draft::kHixie76) answer += Proof(offer.value());
  return answer;
}

class HandshakeVector : public testing::TestWithParam<test::Vector> {};

TEST_P(HandshakeVector, Replays) {
  EXPECT_EQ(Answer(GetParam()), test::Unescape(GetParam().out));
}

INSTANTIATE_TEST_SUITE_P(File, HandshakeVector,
                         testing::ValuesIn(test::LoadVectors("handshake")),
                         [](const auto& vector) {
                           return TestName(vector.param);
                         });

// The status for a request with these fields after Host and Upgrade.
uint16_t Status(const std::string& fields) {
  const RequestText text("GET /a HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n",
                         false);
  const base::Result<Offer> offer = ReadOffer(text.request());
  return offer.ok() ? uint16_t{101} : offer.fault().code;
}

uint16_t StatusOfVersion(const std::string& version) {
  return Status(
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: " +
      version + "\r\n");
}

TEST(HandshakeTest, S02EachVersion) {
  for (const char* version : {"13", "8", "7"})
    EXPECT_EQ(StatusOfVersion(version), 101) << version;
  for (const char* version :
       {"", "0", "1", "4", "5", "6", "9", "12", "14", "13, 8", "13,8", "8, 7",
        "013", "+13", "13.0", "1777", "-1", "x", "18446744073709551629"})
    EXPECT_EQ(StatusOfVersion(version), 426) << version;
}

TEST(HandshakeTest, S01EachKey) {
  const auto status = [](const std::string& key) {
    return Status("Sec-WebSocket-Key: " + key +
                  "\r\nSec-WebSocket-Version: 13\r\n");
  };
  EXPECT_EQ(status("dGhlIHNhbXBsZSBub25jZQ=="), 101);
  EXPECT_EQ(status("AAAAAAAAAAAAAAAAAAAAAA=="), 101);
  EXPECT_EQ(status("++++++++++//////////9w=="), 101);
  for (const char* key : {
           "",
           "dGhlIHNhbXBsZSBub25j",       // 15 bytes
           "dGhlIHNhbXBsZSBub25jZWU=",   // 17 bytes
           "dGhlIHNhbXBsZSBub25jZQ=",    // half the padding
           "dGhlIHNhbXBsZSBub25jZQ",     // none
           "dGhlIHNhbXBsZSBub25jZQ===",  //
           "dGhlIHNhbXBsZSBub25j-Q==",   // of another alphabet
           "dGhlIHNhbXBsZSBub25j_Q==",   //
           "dGhl IHNhbXBsZSBub25jZ==",   //
           "dGhlIHNhbXBsZSBub25=ZQ==",   //
           "xGhlIHNhbXBsZSBub25jZQ==, xGhlIHNhbXBsZSBub25jZQ==",
       })
    EXPECT_EQ(status(key), 400) << key;
}

// P16: what the http room would never let through is refused here too.
TEST(HandshakeTest, P16NothingHarmfulIsReflected) {
  base::Headers headers;
  headers.Add("host", "a");
  UpgradeRequest request;
  request.headers = &headers;
  request.target = "/a";
  EXPECT_TRUE(ReadOffer(request).ok());
  for (const char* target : {"/\r\nX: y", "/a b", "/\x7F", "/\xC3\xA9"}) {
    request.target = target;
    EXPECT_EQ(ReadOffer(request).fault().code, 400) << target;
  }
  request.target = "/a";
  for (const char* origin : {"a\r\nSet-Cookie: x=1", "a\nb", "\x01", "\xFF"}) {
    headers.Clear();
    headers.Add("host", "a");
    headers.Add("origin", origin);
    EXPECT_EQ(ReadOffer(request).fault().code, 400) << origin;
  }
}

TEST(HandshakeTest, X10EachHost) {
  const auto status = [](const std::string& host) {
    base::Headers headers;
    headers.Add("host", host);
    UpgradeRequest request;
    request.headers = &headers;
    request.target = "/";
    const base::Result<Offer> offer = ReadOffer(request);
    return offer.ok() ? uint16_t{101} : offer.fault().code;
  };
  for (const char* host : {"a", "a-b.example:80", "127.0.0.1", "[::1]:8080"})
    EXPECT_EQ(status(host), 101) << host;
  for (const char* host :
       {"", "a\"><x", "a b", "a/b", "a@b", "a\r\nb", "\xC3\xA9", "a?b", "a#b"})
    EXPECT_EQ(status(host), 400) << host;
}

TEST(HandshakeTest, KeepsTheBytesOfTheKeyThatWereABody) {
  const std::string head =
      "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: 1 0\r\n"
      "Sec-WebSocket-Key2: 2 0\r\n\r\n";
  const RequestText none(head, false), all(head + "12345678", false);
  EXPECT_EQ(ReadOffer(none.request()).value().key3, "");
  EXPECT_EQ(ReadOffer(all.request()).value().key3, "12345678");
  EXPECT_EQ(ReadOffer(all.request()).value().number1, 10U);
  EXPECT_EQ(ReadOffer(all.request()).value().number2, 20U);
}

TEST(HandshakeTest, NamesTheDrafts) {
  EXPECT_STREQ(Name(Draft::kHixie75), "hixie-75");
  EXPECT_STREQ(Name(Draft::kHixie76), "hixie-76");
  EXPECT_STREQ(Name(Draft::kHybi7), "hybi-7");
  EXPECT_STREQ(Name(Draft::kHybi8), "hybi-8");
  EXPECT_STREQ(Name(Draft::kRfc6455), "rfc6455");
}

}  // namespace
}  // namespace rabbit_socks::websocket
