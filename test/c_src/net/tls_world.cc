// SPDX-License-Identifier: MPL-2.0
#include "net/tls_world.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <vector>

namespace rabbit_socks::net {
namespace {

template <class Write>
std::string Through(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  EXPECT_EQ(write(bio), 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

Signed Sign(const char* name, const Signed* by, int days, bool authority) {
  static long serial = 0;
  Signed made{Certificate(X509_new()), PrivateKey(EVP_EC_gen("P-256"))};
  X509* x = made.certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_time_adj_ex(X509_getm_notBefore(x), days < 0 ? days - 1 : 0, -60,
                   nullptr);
  X509_time_adj_ex(X509_getm_notAfter(x), days, 0, nullptr);
  X509_set_pubkey(x, made.key.get());
  X509_NAME* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509_set_issuer_name(x, by == nullptr
                              ? subject
                              : X509_get_subject_name(by->certificate.get()));
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                          authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  X509_add_ext(x, extension, -1);
  X509_EXTENSION_free(extension);
  EXPECT_GT(X509_sign(x, by == nullptr ? made.key.get() : by->key.get(),
                      EVP_sha256()),
            0);
  return made;
}

}  // namespace

std::string Signed::Der() const {
  return Through(
      [&](BIO* bio) { return i2d_X509_bio(bio, certificate.get()); });
}

std::string Signed::KeyDer() const {
  return Through([&](BIO* bio) { return i2d_PrivateKey_bio(bio, key.get()); });
}

std::string Signed::Pem() const {
  return Through([&](BIO* bio) {
           return PEM_write_bio_X509(bio, certificate.get());
         }) +
         Through([&](BIO* bio) {
           return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                           nullptr, nullptr);
         });
}

Signed Sign(const char* name, const Signed* by, int days) {
  return Sign(name, by, days, by == nullptr);
}

Signed SignAuthority(const char* name, const Signed& by) {
  return Sign(name, &by, 2, true);
}
base::TlsOptions OptionsOf(const Signed& own) {
  base::TlsOptions options;
  options.identity.cert = {own.Der()};
  options.identity.key = own.KeyDer();
  return options;
}

base::TlsOptions VerifyingOptionsOf(const Signed& own,
                                    const Signed& authority) {
  base::TlsOptions options = OptionsOf(own);
  options.identity.cacerts = {authority.Der()};
  options.identity.verify_peer = options.identity.fail_if_no_peer_cert = true;
  return options;
}

std::shared_ptr<const TlsContext> ContextOf(const base::TlsOptions& options) {
  std::string error;
  std::vector<std::string> warnings;
  std::shared_ptr<const TlsContext> context =
      TlsContext::Create(options, &error, &warnings);
  EXPECT_NE(context, nullptr) << error;
  return context;
}

TlsClient::TlsClient(const Wish& wish, int fd)
    : context_(SSL_CTX_new(TLS_client_method())) {
  // A client of any age: what is refused must be refused by the server.
  SSL_CTX_set_min_proto_version(context_.get(), wish.version);
  SSL_CTX_set_max_proto_version(context_.get(), wish.version);
  SSL_CTX_set_security_level(context_.get(), 0);
  if (wish.ciphers != nullptr) {
    EXPECT_EQ(SSL_CTX_set_cipher_list(context_.get(), wish.ciphers), 1);
  }
  ssl_.reset(SSL_new(context_.get()));
  if (fd >= 0) {
    SSL_set_fd(ssl_.get(), fd);
  } else {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  }
  if (wish.host != nullptr) SSL_set_tlsext_host_name(ssl_.get(), wish.host);
  if (wish.alpn != nullptr)
    SSL_set_alpn_protos(ssl_.get(),
                        reinterpret_cast<const unsigned char*>(wish.alpn),
                        static_cast<unsigned>(base::Bytes(wish.alpn).size()));
  if (wish.certificate != nullptr) {
    SSL_use_certificate(ssl_.get(), wish.certificate->certificate.get());
    SSL_use_PrivateKey(ssl_.get(), wish.certificate->key.get());
  }
  if (wish.session != nullptr) SSL_set_session(ssl_.get(), wish.session);
  SSL_set_connect_state(ssl_.get());
}

std::string TlsClient::TakeOutput() const {
  BIO* output = SSL_get_wbio(ssl_.get());
  std::string bytes(BIO_ctrl_pending(output), '\0');
  if (!bytes.empty()) {
    EXPECT_EQ(BIO_read(output, bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  return bytes;
}

std::string TlsClient::Step(base::Bytes heard) {
  if (!heard.empty())
    BIO_write(SSL_get_rbio(ssl_.get()), heard.data(),
              static_cast<int>(heard.size()));
  std::array<char, 16384> buffer{};
  for (;;) {
    ERR_clear_error();
    size_t got = 0;
    const int result =
        SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
    if (result == 1) {
      received_.append(buffer.data(), got);
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    failed_ = failed_ ||
              (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN);
    return TakeOutput();
  }
}

std::string TlsClient::Say(base::Bytes text) {
  size_t taken = 0;
  EXPECT_EQ(SSL_write_ex(ssl_.get(), text.data(), text.size(), &taken), 1);
  EXPECT_EQ(taken, text.size());
  return TakeOutput();
}

std::string TlsClient::SayEnd() {
  SSL_shutdown(ssl_.get());
  return TakeOutput();
}

std::string TlsClient::ServerName() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return "";
  std::array<char, 64> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                            name.data(), name.size());
  return name.data();
}

}  // namespace rabbit_socks::net
