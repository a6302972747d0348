// SPDX-License-Identifier: MPL-2.0
// Ownership of OpenSSL's objects.
#ifndef RABBIT_SOCKS_NET_TLS_HANDLES_H_
#define RABBIT_SOCKS_NET_TLS_HANDLES_H_

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace rabbit_socks::net {

template <auto kFree>
struct TlsFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using SslCtx = std::unique_ptr<SSL_CTX, TlsFree<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, TlsFree<SSL_free>>;
using Certificate = std::unique_ptr<X509, TlsFree<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, TlsFree<EVP_PKEY_free>>;

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_HANDLES_H_
