// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflate_terms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "support/vectors.h"
#include "websocket/extension.h"
#include "websocket/notation.h"

namespace rabbit_socks::websocket {
namespace {

std::optional<DeflateAnswer> Negotiate(base::Bytes offers,
                                       const CompressionPolicy& policy) {
  base::Headers headers;
  headers.Add("host", "h");
  while (true) {
    const size_t end = offers.find('\n');
    headers.Add("sec-websocket-extensions", std::string(offers.substr(0, end)));
    if (end == base::Bytes::npos) break;
    offers.remove_prefix(end + 1);
  }
  return NegotiateDeflate(headers, policy);
}

// What is answered and what is done must be the same.
void ExpectConsistent(const DeflateAnswer& answer) {
  ExtensionReader reader(answer.field);
  Extension element;
  ASSERT_TRUE(reader.Next(&element));
  ASSERT_FALSE(element.malformed);
  EXPECT_EQ(element.name, "permessage-deflate");
  DeflateTerms said;
  for (const auto& [name, value] : element.parameters) {
    if (name == "server_no_context_takeover") said.server_takeover = false;
    if (name == "client_no_context_takeover") said.client_takeover = false;
    if (name == "server_max_window_bits")
      said.server_bits = static_cast<uint8_t>(std::stoi(value.value()));
    if (name == "client_max_window_bits")
      said.client_bits = static_cast<uint8_t>(std::stoi(value.value()));
  }
  EXPECT_FALSE(reader.Next(&element)) << "more than one element";
  EXPECT_EQ(said.server_takeover, answer.terms.server_takeover);
  EXPECT_EQ(said.client_takeover, answer.terms.client_takeover);
  EXPECT_EQ(said.server_bits, answer.terms.server_bits);
  EXPECT_EQ(said.client_bits, answer.terms.client_bits);
}

class OffersVector : public testing::TestWithParam<test::Vector> {};

TEST_P(OffersVector, IsAnswered) {
  const test::Vector& vector = GetParam();
  CompressionPolicy policy;
  const std::string mode = vector.Option("compression", "dedicated");
  policy.compression = mode == "off"      ? Compression::kOff
                       : mode == "shared" ? Compression::kShared
                                          : Compression::kDedicated;
  policy.compression_window_bits =
      static_cast<uint32_t>(vector.Number("window_bits", 15));
  const auto answer = Negotiate(vector.in, policy);
  EXPECT_EQ((answer ? answer->field : "none") + "\n", vector.out);
  if (answer) ExpectConsistent(*answer);
}

INSTANTIATE_TEST_SUITE_P(
    File, OffersVector,
    testing::ValuesIn(test::LoadVectors("permessage_deflate_offers")),
    [](const auto& vector) {
      return TestName(vector.param) + std::to_string(vector.param.line);
    });

// Every combination of valid parameters, in every order, under every policy,
// against the rules of 7.1 said once more.
TEST(DeflateTermsTest, EveryCombinationIsAnsweredAsTheRfcSays) {
  const std::vector<std::string> kServerBits = {"", "8", "9", "12", "15"};
  const std::vector<std::string> kClientBits = {"", "-", "8", "9", "12", "15"};
  for (const Compression mode : {Compression::kShared, Compression::kDedicated})
    for (const uint32_t bits : {9U, 12U, 15U})
      for (const bool server_no : {false, true})
        for (const bool client_no : {false, true})
          for (const std::string& server : kServerBits)
            for (const std::string& client : kClientBits) {
              std::vector<std::string> parameters;
              if (server_no)
                parameters.emplace_back("server_no_context_takeover");
              if (client_no)
                parameters.emplace_back("client_no_context_takeover");
              if (!server.empty())
                parameters.push_back("server_max_window_bits=" + server);
              if (client == "-")
                parameters.emplace_back("client_max_window_bits");
              else if (!client.empty())
                parameters.push_back("client_max_window_bits=\"" + client +
                                     "\"");
              std::sort(parameters.begin(), parameters.end());
              do {
                std::string offer = "permessage-deflate";
                for (const std::string& one : parameters) offer += "; " + one;
                const auto answer = Negotiate(offer, {mode, bits, 77});
                ASSERT_EQ(answer.has_value(), server != "8") << offer;
                if (!answer) continue;
                ExpectConsistent(*answer);
                const DeflateTerms& terms = answer->terms;
                EXPECT_EQ(terms.min_size, 77U);
                const bool shared = mode == Compression::kShared;
                EXPECT_EQ(terms.server_takeover, !shared && !server_no);
                EXPECT_EQ(terms.client_takeover, !shared && !client_no);
                const unsigned asked =
                    server.empty() ? 15
                                   : static_cast<unsigned>(std::stoi(server));
                EXPECT_EQ(terms.server_bits, std::min(asked, bits)) << offer;
                const bool can = !client.empty();
                const unsigned has =
                    can && client != "-"
                        ? static_cast<unsigned>(std::stoi(client))
                        : 15;
                EXPECT_EQ(terms.client_bits, can ? std::min(has, bits) : 15U);
                // Only if the offer had it; always with what was asked.
                const bool named =
                    answer->field.find("client_max") != std::string::npos;
                EXPECT_TRUE(can || !named) << offer;
              } while (
                  std::next_permutation(parameters.begin(), parameters.end()));
            }
}

// Work is linear in the bytes: what a head of the largest size can hold is
// read at once, whatever it is made of.
TEST(DeflateTermsTest, D07LargeFieldsAreReadOnce) {
  const CompressionPolicy policy{Compression::kShared, 15, 0};
  for (const std::string piece :
       {",", "a,", "\"", "\"\\", "a;", ";a=\"b\"", "permessage-deflate;x,"}) {
    std::string field;
    while (field.size() < 1048576) field += piece;
    EXPECT_FALSE(Negotiate(field, policy).has_value());
  }
}

}  // namespace
}  // namespace rabbit_socks::websocket
