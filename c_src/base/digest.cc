// SPDX-License-Identifier: MPL-2.0
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "base/check.h"

namespace rabbit_socks::base {

namespace {

// Neither digest protects anything: the handshakes use them as checksums. A
// library context of our own makes them available on a machine whose OpenSSL
// configuration allows approved algorithms only.
EVP_MD* Fetch(const char* name) {
  static OSSL_LIB_CTX* const context = OSSL_LIB_CTX_new();
  EVP_MD* digest = EVP_MD_fetch(context, name, nullptr);
  RS_CHECK(digest != nullptr, "libcrypto has no such digest");
  return digest;
}

std::string Digest(const EVP_MD* digest, Bytes bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  RS_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, digest,
                      nullptr) == 1,
           "libcrypto digest failed");
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string Md5(Bytes bytes) {
  static const EVP_MD* const digest = Fetch("MD5");
  return Digest(digest, bytes);
}

std::string Sha1(Bytes bytes) {
  static const EVP_MD* const digest = Fetch("SHA1");
  return Digest(digest, bytes);
}

}  // namespace rabbit_socks::base
