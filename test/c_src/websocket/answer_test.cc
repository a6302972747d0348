// SPDX-License-Identifier: MPL-2.0
// The answers of handshake.h; whole ones are in test/vectors/handshake.md.
#include <gtest/gtest.h>

#include <string>

#include "websocket/handshake.h"

namespace rabbit_socks::websocket {
namespace {

Offer OfferOf(Draft draft) {
  Offer offer;
  offer.draft = draft;
  offer.key = "dGhlIHNhbXBsZSBub25jZQ==";
  offer.origin = "http://a";
  offer.location = "ws://a/b";
  offer.number1 = 829309203;
  offer.number2 = 259970620;
  offer.key3 = "^n:ds[4U";
  return offer;
}

// What the broker's web server is told too: it writes these fields and no
// others.
TEST(AnswerTest, FieldsComeInTheOrderOfTheDraft) {
  EXPECT_EQ(AnswerFields(OfferOf(Draft::kHixie75), "p", {{"X", "y"}}),
            (Fields{{"Upgrade", "WebSocket"},
                    {"Connection", "Upgrade"},
                    {"WebSocket-Origin", "http://a"},
                    {"WebSocket-Location", "ws://a/b"},
                    {"WebSocket-Protocol", "p"},
                    {"X", "y"}}));
  EXPECT_EQ(AnswerFields(OfferOf(Draft::kHixie76), "p", {{"X", "y"}}),
            (Fields{{"Upgrade", "WebSocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Origin", "http://a"},
                    {"Sec-WebSocket-Location", "ws://a/b"},
                    {"Sec-WebSocket-Protocol", "p"},
                    {"X", "y"}}));
  for (const Draft draft : {Draft::kHybi7, Draft::kHybi8, Draft::kRfc6455}) {
    EXPECT_EQ(AnswerFields(OfferOf(draft), "p", {{"X", "y"}}),
              (Fields{{"Upgrade", "websocket"},
                      {"Connection", "Upgrade"},
                      {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
                      {"Sec-WebSocket-Protocol", "p"},
                      {"X", "y"}}));
  }
}

// A client that asked for no subprotocol fails on the field.
TEST(AnswerTest, NoSubprotocolNoField) {
  for (const Draft draft :
       {Draft::kHixie75, Draft::kHixie76, Draft::kRfc6455}) {
    for (const auto& [name, value] : AnswerFields(OfferOf(draft), "", {}))
      EXPECT_EQ(name.find("Protocol"), std::string::npos);
  }
}

TEST(AnswerTest, IsAppended) {
  std::string out = "before";
  AppendAnswer(OfferOf(Draft::kRfc6455), "", {{"A", "1"}, {"B", "2"}}, &out);
  EXPECT_EQ(out,
            "beforeHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "A: 1\r\nB: 2\r\n\r\n");
}

TEST(AnswerTest, TheProofIsOfNumbersAndKey) {
  EXPECT_EQ(Proof(OfferOf(Draft::kHixie76)), "8jKS'y:G*Co,Wxa-");
  Offer other = OfferOf(Draft::kHixie76);
  ++other.number2;
  EXPECT_EQ(Proof(other).size(), 16U);
  EXPECT_NE(Proof(other), Proof(OfferOf(Draft::kHixie76)));
}

}  // namespace
}  // namespace rabbit_socks::websocket
