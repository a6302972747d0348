// SPDX-License-Identifier: MPL-2.0
#include "net/tls_context.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/tls_pair.h"

namespace rabbit_socks::net {
namespace {

using Step = TlsStream::Step;
using Session = std::unique_ptr<SSL_SESSION, TlsFree<SSL_SESSION_free>>;

class TlsContextTest : public testing::TestWithParam<int> {
 protected:
  Step ShakeHands(const base::TlsOptions& options, TlsClient::Wish wish) {
    wish.version = GetParam();
    pair_ = std::make_unique<TlsPair>(ContextOf(options), wish);
    return pair_->ShakeHands();
  }
  Step ShakeHands(const std::shared_ptr<const TlsContext>& context,
                  TlsClient::Wish wish) {
    wish.version = GetParam();
    pair_ = std::make_unique<TlsPair>(context, wish);
    return pair_->ShakeHands();
  }
  const std::string& fault() const { return pair_->stream->fault(); }

  const Signed authority_ = Sign("authority");
  const Signed server_ = Sign("server", &authority_);
  std::unique_ptr<TlsPair> pair_;
};

TEST_P(TlsContextTest, TheClientsCertificateIsShown) {
  const Signed client = Sign("client", &authority_);
  EXPECT_EQ(ShakeHands(VerifyingOptionsOf(server_, authority_),
                       {.certificate = &client}),
            Step::kDone);
  EXPECT_EQ(pair_->stream->PeerCertificate(), client.Der());
}

TEST_P(TlsContextTest, WithoutCertificateOnlyWhereThatIsAllowed) {
  base::TlsOptions options = VerifyingOptionsOf(server_, authority_);
  EXPECT_EQ(ShakeHands(options, {}), Step::kBroken);
  EXPECT_EQ(fault(), "peer did not return a certificate");
  options.identity.fail_if_no_peer_cert = false;
  EXPECT_EQ(ShakeHands(options, {}), Step::kDone);
  EXPECT_EQ(pair_->stream->PeerCertificate(), "");
}

TEST_P(TlsContextTest, AStrangersAndALateCertificateAreRefused) {
  const Signed other = Sign("other authority");
  const Signed stranger = Sign("stranger", &other);
  const Signed late = Sign("late", &authority_, -1);
  base::TlsOptions options = VerifyingOptionsOf(server_, authority_);
  for (const bool fail : {true, false}) {
    options.identity.fail_if_no_peer_cert = fail;
    EXPECT_EQ(ShakeHands(options, {.certificate = &stranger}), Step::kBroken);
    EXPECT_NE(fault().find("certificate verify failed: unable to get local"),
              std::string::npos)
        << fault();
    EXPECT_EQ(ShakeHands(options, {.certificate = &late}), Step::kBroken);
    EXPECT_NE(fault().find("certificate has expired"), std::string::npos)
        << fault();
  }
}

TEST_P(TlsContextTest, ACertificateThatNobodyAskedForIsNotTaken) {
  const Signed stranger = Sign("stranger");
  EXPECT_EQ(ShakeHands(OptionsOf(server_), {.certificate = &stranger}),
            Step::kDone);
  EXPECT_EQ(pair_->stream->PeerCertificate(), "");
}

TEST_P(TlsContextTest, HostsHaveCertificatesAndRulesOfTheirOwn) {
  const Signed client = Sign("client", &authority_);
  base::TlsOptions options = OptionsOf(server_);
  options.hosts.emplace_back(
      "strict.example",
      VerifyingOptionsOf(Sign("strict", &authority_), authority_).identity);
  const auto context = ContextOf(options);
  EXPECT_EQ(ShakeHands(context, {}), Step::kDone);
  EXPECT_EQ(pair_->client.ServerName(), "server");
  EXPECT_EQ(ShakeHands(context, {.host = "other.example"}), Step::kDone);
  EXPECT_EQ(pair_->client.ServerName(), "server");
  EXPECT_EQ(ShakeHands(context, {.host = "STRICT.example"}), Step::kBroken);
  EXPECT_EQ(
      ShakeHands(context, {.host = "strict.example", .certificate = &client}),
      Step::kDone);
  EXPECT_EQ(pair_->client.ServerName(), "strict");
  EXPECT_EQ(pair_->stream->PeerCertificate(), client.Der());
}

TEST_P(TlsContextTest, ATicketIsGoodForItsHostOnly) {
  const Signed client = Sign("client", &authority_);
  base::TlsOptions options = OptionsOf(server_);
  options.hosts.emplace_back(
      "strict.example",
      VerifyingOptionsOf(Sign("strict", &authority_), authority_).identity);
  const auto context = ContextOf(options);
  ASSERT_EQ(ShakeHands(context, {}), Step::kDone);
  const Session lax(pair_->client.TakeSession());
  ASSERT_EQ(
      ShakeHands(context, {.host = "strict.example", .certificate = &client}),
      Step::kDone);
  const Session strict(pair_->client.TakeSession());

  EXPECT_EQ(ShakeHands(context, {.session = lax.get()}), Step::kDone);
  EXPECT_EQ(SSL_session_reused(pair_->client.get()), 1);
  // CVE-2025-23419: let in there, not let in here.
  EXPECT_EQ(
      ShakeHands(context, {.host = "strict.example", .session = lax.get()}),
      Step::kBroken);
  EXPECT_EQ(
      ShakeHands(context, {.host = "strict.example", .session = strict.get()}),
      Step::kDone);
  EXPECT_EQ(SSL_session_reused(pair_->client.get()), 1);
  EXPECT_EQ(pair_->stream->PeerCertificate(), client.Der());
}

TEST_P(TlsContextTest, TicketsCanBeSwitchedOffAndEndWithTheContext) {
  base::TlsOptions options = OptionsOf(server_);
  ASSERT_EQ(ShakeHands(options, {}), Step::kDone);
  const Session old(pair_->client.TakeSession());
  EXPECT_EQ(ShakeHands(options, {.session = old.get()}), Step::kDone);
  EXPECT_EQ(SSL_session_reused(pair_->client.get()), 0);
  options.reuse_sessions = false;
  const auto context = ContextOf(options);
  ASSERT_EQ(ShakeHands(context, {}), Step::kDone);
  const Session none(pair_->client.TakeSession());
  EXPECT_EQ(ShakeHands(context, {.session = none.get()}), Step::kDone);
  EXPECT_EQ(SSL_session_reused(pair_->client.get()), 0);
}

TEST_P(TlsContextTest, AlpnIsHttp11OrAnAlert) {
  EXPECT_EQ(ShakeHands(OptionsOf(server_), {.alpn = "\x02h2\x08http/1.1"}),
            Step::kDone);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(pair_->client.get(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size),
            "http/1.1");
  EXPECT_EQ(ShakeHands(OptionsOf(server_), {.alpn = "\x02h2"}), Step::kBroken);
}

// What intermediate certificates lie between.
TEST_P(TlsContextTest, DepthCountsWhatLiesBetween) {
  const Signed between = SignAuthority("between", authority_);
  const Signed client = Sign("client", &between);
  base::TlsOptions options = VerifyingOptionsOf(server_, authority_);
  options.identity.cacerts.push_back(between.Der());
  options.identity.depth = 0;
  EXPECT_EQ(ShakeHands(options, {.certificate = &client}), Step::kBroken);
  EXPECT_NE(fault().find("certificate chain too long"), std::string::npos)
      << fault();
  options.identity.depth = 1;
  EXPECT_EQ(ShakeHands(options, {.certificate = &client}), Step::kDone);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsContextTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int>& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12"
                                                                  : "Tls13";
                         });

class TlsVersions : public testing::Test {
 protected:
  Step With(const base::TlsOptions& options, const TlsClient::Wish& wish) {
    TlsPair pair(ContextOf(options), wish);
    const Step step = pair.ShakeHands();
    cipher_ = SSL_get_cipher_name(pair.client.get());
    return step;
  }
  base::TlsOptions options_ = OptionsOf(Sign("server"));
  std::string cipher_;
};

// Row T10.
TEST_F(TlsVersions, NothingOlderThan12) {
  for (const int old : {SSL3_VERSION, TLS1_VERSION, TLS1_1_VERSION})
    EXPECT_EQ(With(options_, {.version = old}), Step::kBroken) << old;
  EXPECT_EQ(With(options_, {.version = TLS1_2_VERSION}), Step::kDone);
}

TEST_F(TlsVersions, OnlyThoseThatWereNamed) {
  options_.tls13 = false;
  EXPECT_EQ(With(options_, {.version = TLS1_3_VERSION}), Step::kBroken);
  EXPECT_EQ(With(options_, {}), Step::kDone);
  options_.tls13 = true;
  options_.tls12 = false;
  EXPECT_EQ(With(options_, {.version = TLS1_2_VERSION}), Step::kBroken);
  EXPECT_EQ(With(options_, {}), Step::kDone);
}

TEST_F(TlsVersions, NoWeakCipher) {
  for (const char* weak : {"RC4-SHA", "DES-CBC3-SHA", "AECDH-AES128-SHA",
                           "NULL-SHA256", "AES128-SHA"}) {
    const SslCtx known(SSL_CTX_new(TLS_client_method()));
    if (SSL_CTX_set_cipher_list(known.get(), weak) != 1) continue;
    EXPECT_EQ(With(options_, {.version = TLS1_2_VERSION, .ciphers = weak}),
              Step::kBroken)
        << weak;
  }
}

TEST_F(TlsVersions, CiphersByEitherName) {
  options_.ciphers = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                      "TLS_AES_128_GCM_SHA256"};
  EXPECT_EQ(With(options_, {.version = TLS1_2_VERSION}), Step::kDone);
  EXPECT_EQ(cipher_, "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(With(options_, {.version = TLS1_3_VERSION}), Step::kDone);
  EXPECT_EQ(cipher_, "TLS_AES_128_GCM_SHA256");
  options_.ciphers = {"ECDHE-ECDSA-AES128-GCM-SHA256"};
  EXPECT_EQ(With(options_, {}), Step::kDone);  // of 1.3 none was named
  EXPECT_EQ(cipher_, "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(TlsVersions, TheOrderIsTheClientsOrOurs) {
  const char* theirs =
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
  options_.ciphers = {"ECDHE-ECDSA-AES256-GCM-SHA384",
                      "ECDHE-ECDSA-AES128-GCM-SHA256"};
  With(options_, {.ciphers = theirs});
  EXPECT_EQ(cipher_, "ECDHE-ECDSA-AES128-GCM-SHA256");
  options_.honor_cipher_order = true;
  With(options_, {.ciphers = theirs});
  EXPECT_EQ(cipher_, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_F(TlsVersions, WhatCannotBeUsedIsNamed) {
  const auto error = [](const base::TlsOptions& options) {
    std::string text;
    std::vector<std::string> warnings;
    EXPECT_EQ(TlsContext::Create(options, &text, &warnings), nullptr);
    return text;
  };
  base::TlsOptions bad = options_;
  bad.ciphers = {"ALL"};  // of expressions nothing is taken
  EXPECT_EQ(error(bad), "ciphers: ALL is unknown to OpenSSL, or switched off");
  bad.ciphers = {"TLS_AES_128_GCM_SHA256"};
  bad.tls13 = false;
  EXPECT_EQ(error(bad),
            "ciphers: none of them is of the versions that are served");
  bad = options_;
  bad.identity.cert = {"no certificate"};
  EXPECT_NE(error(bad).find(" (cert)"), std::string::npos);
  bad = options_;
  bad.identity.key = "no key";
  EXPECT_NE(error(bad).find(" (key)"), std::string::npos);
  bad = options_;
  bad.identity.key = Sign("another").KeyDer();
  EXPECT_EQ(error(bad), "key values mismatch (key)");
  bad = options_;
  bad.identity.cacerts = {"none"};
  EXPECT_NE(error(bad).find(" (cacerts)"), std::string::npos);
  bad = options_;
  bad.identity.cert.clear();
  bad.identity.certfile = "/no/such/file";
  EXPECT_EQ(error(bad), "No such file or directory (certfile /no/such/file)");
  bad = options_;
  bad.hosts.emplace_back("a.example", bad.identity);
  bad.hosts[0].second.key.clear();
  bad.hosts[0].second.keyfile = "/no/such/key";
  EXPECT_EQ(error(bad),
            "No such file or directory (keyfile /no/such/key) for the host "
            "a.example");
}

TEST_F(TlsVersions, AnExpiredCertificateIsServedWithAWarning) {
  std::string error;
  std::vector<std::string> warnings;
  EXPECT_NE(TlsContext::Create(OptionsOf(Sign("late", nullptr, -1)), &error,
                               &warnings),
            nullptr);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0], "an expired certificate is served (cert)");
}

}  // namespace
}  // namespace rabbit_socks::net
