// SPDX-License-Identifier: MPL-2.0
#include "net/tls_ciphers.h"

#include <openssl/err.h>

#include "net/tls_error.h"

namespace rabbit_socks::net {
namespace {

// Row T10: no key exchange without forward secrecy, nothing but AES and
// ChaCha20. CBC stays for devices of the first years of TLS 1.2.
constexpr const char* kDefault = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL";

// Whether a context takes it as just that one cipher of TLS 1.2.
bool IsTls12(SSL_CTX* scratch, const std::string& name) {
  if (SSL_CTX_set_cipher_list(scratch, name.c_str()) != 1) return false;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(scratch);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    if (name == SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)))
      return true;
  }
  return false;
}

void Append(const std::string& name, std::string* list) {
  if (!list->empty()) list->push_back(':');
  list->append(name);
}

}  // namespace

std::string UseCiphers(SSL_CTX* context,
                       const std::vector<std::string>& names) {
  if (names.empty())
    return SSL_CTX_set_cipher_list(context, kDefault) == 1 ? ""
                                                           : TakeTlsError();
  const SslCtx scratch(SSL_CTX_new(TLS_server_method()));
  if (!scratch) return TakeTlsError();
  std::string old;     // of TLS 1.2
  std::string recent;  // of TLS 1.3
  for (const std::string& name : names) {
    const std::string known = OPENSSL_cipher_name(name.c_str());
    const std::string& own = known == "(NONE)" ? name : known;
    if (SSL_CTX_set_ciphersuites(scratch.get(), own.c_str()) == 1) {
      Append(own, &recent);
    } else if (IsTls12(scratch.get(), own)) {
      Append(own, &old);
    } else {
      ERR_clear_error();
      return "ciphers: " + name + " is unknown to OpenSSL, or switched off";
    }
  }
  ERR_clear_error();
  if (SSL_CTX_set_ciphersuites(context, recent.c_str()) != 1 ||
      (!old.empty() && SSL_CTX_set_cipher_list(context, old.c_str()) != 1))
    return "ciphers: " + TakeTlsError();
  // A version of which no cipher was named would be agreed on, and then fail.
  if (old.empty()) SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  if (recent.empty()) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_get_min_proto_version(context) >
      SSL_CTX_get_max_proto_version(context))
    return "ciphers: none of them is of the versions that are served";
  return "";
}

}  // namespace rabbit_socks::net
