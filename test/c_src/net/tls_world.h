// SPDX-License-Identifier: MPL-2.0
// Certificates made on the spot, and a TLS client, for tests.
#ifndef RABBIT_SOCKS_TEST_NET_TLS_WORLD_H_
#define RABBIT_SOCKS_TEST_NET_TLS_WORLD_H_

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/tls_options.h"
#include "net/tls_context.h"
#include "net/tls_handles.h"

namespace rabbit_socks::net {

// A certificate with its key.
struct Signed {
  Certificate certificate;
  PrivateKey key;

  std::string Der() const;
  std::string KeyDer() const;
  std::string Pem() const;  // certificate, then key
};

// Valid from now for so many days. `by` null: by itself, an authority.
Signed Sign(const char* name, const Signed* by = nullptr, int days = 2);
// An authority that another one vouches for.
Signed SignAuthority(const char* name, const Signed& by);

// Options of a listener with that certificate, as DER.
base::TlsOptions OptionsOf(const Signed& own);
// The same, and a client must show a certificate of `authority`.
base::TlsOptions VerifyingOptionsOf(const Signed& own, const Signed& authority);
std::shared_ptr<const TlsContext> ContextOf(const base::TlsOptions& options);

// A client on a blocking descriptor, or between two buffers when fd is -1.
class TlsClient {
 public:
  struct Wish {
    int version = 0;             // TLS1_2_VERSION or TLS1_3_VERSION; 0: any
    const char* host = nullptr;  // server name
    const char* alpn = nullptr;  // wire format
    const char* ciphers = nullptr;
    const Signed* certificate = nullptr;
    SSL_SESSION* session = nullptr;
  };
  explicit TlsClient(const Wish& wish, int fd = -1);

  // One step of a client between buffers: what it says, after it was told
  // `heard`. Reads what comes in the clear into received().
  std::string Step(base::Bytes heard);
  // Encrypts.
  std::string Say(base::Bytes text);
  // Its close_notify.
  std::string SayEnd();
  const std::string& received() const { return received_; }
  bool connected() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  bool failed() const { return failed_; }
  // The common name in the server's certificate.
  std::string ServerName() const;
  SSL* get() const { return ssl_.get(); }
  // The session to be resumed later; the caller owns it. A copy, as the client
  // spoils its own when it ends without close_notify.
  SSL_SESSION* TakeSession() const {
    return SSL_SESSION_dup(SSL_get_session(ssl_.get()));
  }

 private:
  std::string TakeOutput() const;

  SslCtx context_;
  Ssl ssl_;
  std::string received_;
  bool failed_ = false;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_TEST_NET_TLS_WORLD_H_
