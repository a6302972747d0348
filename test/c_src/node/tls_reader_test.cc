// SPDX-License-Identifier: MPL-2.0
// What the golden file has no example of: a tls map that is malformed.
#include "node/tls_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "node/term_writer.h"

namespace rabbit_socks::node {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

template <class Write>
std::string Term(Write write) {
  std::string bytes;
  TermWriter writer(&bytes);
  write(&writer);
  return bytes;
}
std::string Text(const std::string& text) {
  return Term([&](TermWriter* t) { t->Binary(text); });
}
std::string Name(const std::string& name) {
  return Term([&](TermWriter* t) { t->Atom(name); });
}
std::string Number(uint64_t number) {
  return Term([&](TermWriter* t) { t->Integer(number); });
}
std::string List(const std::vector<std::string>& elements) {
  return Term([&](TermWriter* t) {
    if (!elements.empty()) t->ListHead(static_cast<uint32_t>(elements.size()));
    for (const std::string& element : elements) t->Raw(element);
    t->ListEnd();
  });
}
std::string Map(const Pairs& pairs) {
  return Term([&](TermWriter* t) {
    t->Map(static_cast<uint32_t>(pairs.size()));
    for (const auto& [key, value] : pairs) {
      t->Atom(key);
      t->Raw(value);
    }
  });
}
std::string Host(const std::string& name, const Pairs& pairs) {
  return Term([&](TermWriter* t) {
    t->Tuple(2);
    t->Binary(name);
    t->Raw(Map(pairs));
  });
}

bool Reads(const Pairs& more) {
  Pairs pairs = {{"certfile", Text("c")}};
  pairs.insert(pairs.end(), more.begin(), more.end());
  const std::string bytes = Map(pairs);
  TermReader term(bytes);
  base::TlsOptions options;
  return ReadTls(&term, &options) && term.AtEnd();
}

TEST(TlsReader, DefaultsAreThoseOfTheGrammar) {
  const std::string bytes = Map({{"certfile", Text("c")}});
  TermReader term(bytes);
  base::TlsOptions options;
  ASSERT_TRUE(ReadTls(&term, &options));
  EXPECT_TRUE(options.tls12 && options.tls13 && options.reuse_sessions);
  EXPECT_FALSE(options.honor_cipher_order || options.identity.verify_peer ||
               options.identity.fail_if_no_peer_cert);
  EXPECT_EQ(options.identity.depth, 1);
  EXPECT_TRUE(options.hosts.empty() && options.ciphers.empty());
}

TEST(TlsReader, Refuses) {
  EXPECT_TRUE(Reads({}));
  EXPECT_FALSE(Reads({{"verify_fun", Name("none")}}));
  EXPECT_FALSE(Reads({{"verify", Name("verify_some")}}));
  EXPECT_FALSE(Reads({{"verify", Text("verify_peer")}}));
  EXPECT_TRUE(Reads({{"depth", Number(5)}}));
  EXPECT_FALSE(Reads({{"depth", Number(6)}}));
  EXPECT_FALSE(Reads({{"versions", List({})}}));
  EXPECT_FALSE(Reads({{"versions", List({Name("tlsv1.1")})}}));
  EXPECT_FALSE(Reads({{"versions", List({Name("tlsv1.2"), Name("x")})}}));
  EXPECT_FALSE(Reads({{"ciphers", Name("all")}}));
  EXPECT_FALSE(Reads({{"honor_cipher_order", Number(1)}}));
  EXPECT_FALSE(Reads({{"cacerts", Text("der")}}));
  EXPECT_FALSE(Reads({{"password", Name("undefined")}}));
}

TEST(TlsReader, AHostHasANameACertificateAndNoVersions) {
  const Pairs own = {{"cert", List({Text("d")})}};
  EXPECT_TRUE(Reads({{"sni_hosts", List({Host("a", own)})}}));
  EXPECT_FALSE(Reads({{"sni_hosts", List({Host("", own)})}}));
  EXPECT_FALSE(Reads({{"sni_hosts", List({Host("a", {})})}}));
  EXPECT_FALSE(Reads({{"sni_hosts", List({Map(own)})}}));
  Pairs more = own;
  more.emplace_back("versions", List({Name("tlsv1.2")}));
  EXPECT_FALSE(Reads({{"sni_hosts", List({Host("a", more)})}}));
}

TEST(TlsReader, NoCertificateIsNoTls) {
  const std::string bytes = Map({{"keyfile", Text("k")}});
  TermReader term(bytes);
  base::TlsOptions options;
  EXPECT_FALSE(ReadTls(&term, &options));
}

}  // namespace
}  // namespace rabbit_socks::node
