// SPDX-License-Identifier: MPL-2.0
#include "net/tls_identity.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "net/tls_error.h"

namespace rabbit_socks::net {
namespace {

using base::TlsIdentity;

// A chain of a few certificates; the largest that is looked at (row T08).
constexpr long kMaxPeerChain = 32768;

// Without this OpenSSL asks on the terminal.
int Password(char* buffer, int size, int /*writing*/, void* of) {
  const auto* password = static_cast<const std::string*>(of);
  if (password->empty() || password->size() > static_cast<size_t>(size))
    return -1;
  std::copy(password->begin(), password->end(), buffer);
  return static_cast<int>(password->size());
}

// The reason first: a log line is cut, and paths are long.
std::string Problem(const char* option, const std::string& file) {
  const std::string where = file.empty() ? option : option + (" " + file);
  return TakeTlsError() + " (" + where + ")";
}

Certificate FromDer(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return Certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

std::string UseCertificate(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.cert.empty()) {
    return SSL_CTX_use_certificate_chain_file(context,
                                              identity.certfile.c_str()) == 1
               ? ""
               : Problem("certfile", identity.certfile);
  }
  bool own = true;
  for (const std::string& der : identity.cert) {
    const Certificate certificate = FromDer(der);
    if (!certificate) return Problem("cert", "");
    const bool used =
        own ? SSL_CTX_use_certificate(context, certificate.get()) == 1
            : SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
    if (!used) return Problem("cert", "");
    own = false;
  }
  return "";
}

std::string UseKey(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.key.empty()) {
    const bool apart = !identity.keyfile.empty();
    const std::string& file = apart ? identity.keyfile : identity.certfile;
    return SSL_CTX_use_PrivateKey_file(context, file.c_str(),
                                       SSL_FILETYPE_PEM) == 1
               ? ""
               : Problem(apart ? "keyfile" : "key in certfile", file);
  }
  const auto* bytes =
      reinterpret_cast<const unsigned char*>(identity.key.data());
  const PrivateKey key(d2i_AutoPrivateKey(
      nullptr, &bytes, static_cast<long>(identity.key.size())));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1
             ? ""
             : Problem("key", "");
}

std::string UseAuthorities(SSL_CTX* context, const TlsIdentity& identity) {
  if (!identity.cacertfile.empty() &&
      SSL_CTX_load_verify_locations(context, identity.cacertfile.c_str(),
                                    nullptr) != 1)
    return Problem("cacertfile", identity.cacertfile);
  for (const std::string& der : identity.cacerts) {
    const Certificate authority = FromDer(der);
    if (!authority || X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                                          authority.get()) != 1)
      return Problem("cacerts", "");
  }
  return "";
}

// The authorities that a client is told we take.
std::string NameAuthorities(SSL_CTX* context, const TlsIdentity& identity) {
  if (!identity.cacertfile.empty()) {
    STACK_OF(X509_NAME)* names =
        SSL_load_client_CA_file(identity.cacertfile.c_str());
    if (names == nullptr) return Problem("cacertfile", identity.cacertfile);
    SSL_CTX_set_client_CA_list(context, names);
  }
  for (const std::string& der : identity.cacerts) {
    const Certificate authority = FromDer(der);
    if (!authority || SSL_CTX_add_client_CA(context, authority.get()) != 1)
      return Problem("cacerts", "");
  }
  return "";
}

// As Erlang's ssl does: what our own file does not say of our chain is looked
// for among the authorities; here once, and not in each handshake.
void CompleteChain(SSL_CTX* context) {
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  if (sk_X509_num(chain) <= 0)
    static_cast<void>(SSL_CTX_build_cert_chain(
        context, SSL_BUILD_CHAIN_FLAG_NO_ROOT |
                     SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR |
                     SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR));
  SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
  ERR_clear_error();
}

void WarnOfDates(SSL_CTX* context, const TlsIdentity& identity,
                 std::vector<std::string>* warnings) {
  const X509* own = SSL_CTX_get0_certificate(context);
  const std::string where = identity.certfile.empty()
                                ? " (cert)"
                                : " (certfile " + identity.certfile + ")";
  if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
    warnings->push_back("an expired certificate is served" + where);
  if (X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
    warnings->push_back("a certificate that is not yet valid is served" +
                        where);
}

}  // namespace

std::string UseIdentity(SSL_CTX* context, const TlsIdentity& identity,
                        std::vector<std::string>* warnings) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, Password);
  SSL_CTX_set_default_passwd_cb_userdata(
      context, const_cast<std::string*>(&identity.password));
  std::string problem = UseCertificate(context, identity);
  if (problem.empty()) problem = UseKey(context, identity);
  if (problem.empty() && SSL_CTX_check_private_key(context) != 1)
    problem = Problem("the key of certificate", identity.certfile);
  if (problem.empty()) problem = UseAuthorities(context, identity);
  if (!problem.empty()) return problem;
  CompleteChain(context);
  WarnOfDates(context, identity, warnings);
  if (!identity.verify_peer) return "";
  SSL_CTX_set_verify(
      context,
      SSL_VERIFY_PEER |
          (identity.fail_if_no_peer_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
      nullptr);
  SSL_CTX_set_verify_depth(context, identity.depth);
  SSL_CTX_set_max_cert_list(context, kMaxPeerChain);
  return NameAuthorities(context, identity);
}

}  // namespace rabbit_socks::net
