// SPDX-License-Identifier: MPL-2.0
// What the connections of a listener share: certificates, keys, versions,
// ciphers, whom to trust, and the keys of the tickets that they are given.
//
// Sessions are resumed by tickets that the clients keep (RFC 5077, RFC 8446
// section 4.6.1); nothing is kept here, however many handshakes there are (row
// T03). A ticket is good for the context that made it and for the host name
// that it was made for, so a client that was let in under one name is not let
// in under another without its certificate (CVE-2025-23419).
#ifndef RABBIT_SOCKS_NET_TLS_CONTEXT_H_
#define RABBIT_SOCKS_NET_TLS_CONTEXT_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/tls_options.h"
#include "net/tls_handles.h"

namespace rabbit_socks::net {

class TlsContext {
 public:
  // Null: *error says why, on one line without secrets. *warnings gets what the
  // operator should know and can be served. Reads files.
  static std::shared_ptr<const TlsContext> Create(
      const base::TlsOptions& options, std::string* error,
      std::vector<std::string>* warnings);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A connection's state, ready for the client's hello on `fd`. This must
  // outlive its handshake. Null: no memory.
  Ssl NewConnection(int fd) const;

 private:
  explicit TlsContext(base::TlsOptions options)
      : options_(std::move(options)) {}
  std::string Make(const base::TlsIdentity& identity, base::Bytes name,
                   SslCtx* made, std::vector<std::string>* warnings);
  static int OnClientHello(SSL* ssl, int* alert, void* context);

  const base::TlsOptions options_;  // has the passwords that SSL_CTX points to
  SslCtx main_;
  std::map<std::string, SslCtx, std::less<>> hosts_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_CONTEXT_H_
