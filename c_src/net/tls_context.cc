// SPDX-License-Identifier: MPL-2.0
#include "net/tls_context.h"

#include <openssl/err.h>

#include <cstring>

#include "base/digest.h"
#include "net/server_name.h"
#include "net/tls_ciphers.h"
#include "net/tls_error.h"
#include "net/tls_identity.h"

namespace rabbit_socks::net {
namespace {

// For which a client need not prove itself again.
constexpr long kTicketLife = 7200;  // s

// RFC 7301: HTTP/1.1, or an alert for who speaks only something else.
int SelectProtocol(SSL* /*ssl*/, const unsigned char** chosen,
                   unsigned char* size, const unsigned char* offered,
                   unsigned int offered_size, void* /*none*/) {
  static const unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kOurs, sizeof kOurs - 1, offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void SetVersions(SSL_CTX* context, const base::TlsOptions& options) {
  SSL_CTX_set_min_proto_version(
      context, options.tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(
      context, options.tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
}

void SetBehaviour(SSL_CTX* context, const base::TlsOptions& options) {
  uint64_t flags = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION;
  if (options.honor_cipher_order) flags |= SSL_OP_CIPHER_SERVER_PREFERENCE;
  if (!options.reuse_sessions) {
    flags |= SSL_OP_NO_TICKET;
    SSL_CTX_set_num_tickets(context, 0);
  }
  SSL_CTX_set_options(context, flags);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
                                SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read of the kernel for all that it has; what is left over is asked for
  // with SSL_has_pending.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kTicketLife);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
}

}  // namespace

std::shared_ptr<const TlsContext> TlsContext::Create(
    const base::TlsOptions& options, std::string* error,
    std::vector<std::string>* warnings) {
  std::shared_ptr<TlsContext> context(new TlsContext(options));
  *error =
      context->Make(context->options_.identity, "", &context->main_, warnings);
  if (!error->empty()) return nullptr;
  for (const auto& [name, identity] : context->options_.hosts) {
    *error = context->Make(identity, name, &context->hosts_[name], warnings);
    if (error->empty()) continue;
    *error += " for the host " + name;
    return nullptr;
  }
  if (!context->hosts_.empty())
    SSL_CTX_set_client_hello_cb(context->main_.get(), OnClientHello,
                                context.get());
  return context;
}

std::string TlsContext::Make(const base::TlsIdentity& identity,
                             base::Bytes name, SslCtx* made,
                             std::vector<std::string>* warnings) {
  made->reset(SSL_CTX_new(TLS_server_method()));
  if (!*made) return TakeTlsError();
  SSL_CTX* context = made->get();
  SetVersions(context, options_);
  SetBehaviour(context, options_);
  std::string problem = UseCiphers(context, options_.ciphers);
  if (!problem.empty()) return problem;
  // A session is resumed only where this is what it was when it began.
  const std::string scope = base::Sha1(name);
  SSL_CTX_set_session_id_context(
      context, reinterpret_cast<const unsigned char*>(scope.data()),
      static_cast<unsigned>(scope.size()));
  return UseIdentity(context, identity, warnings);
}

Ssl TlsContext::NewConnection(int fd) const {
  Ssl ssl(SSL_new(main_.get()));
  if (ssl && SSL_set_fd(ssl.get(), fd) != 1) ssl.reset();
  if (ssl) SSL_set_accept_state(ssl.get());
  ERR_clear_error();
  return ssl;
}

// Before anything of the hello is acted on. The callback for server names would
// come after TLS 1.3 has resumed a session.
int TlsContext::OnClientHello(SSL* ssl, int* /*alert*/, void* context) {
  const unsigned char* bytes = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) !=
      1)
    return SSL_CLIENT_HELLO_SUCCESS;
  const auto& hosts = static_cast<const TlsContext*>(context)->hosts_;
  const auto host =
      hosts.find(ServerName({reinterpret_cast<const char*>(bytes), size}));
  if (host == hosts.end()) return SSL_CLIENT_HELLO_SUCCESS;
  SSL_CTX* chosen = host->second.get();
  SSL_set_SSL_CTX(ssl, chosen);
  // These stay behind.
  SSL_set_verify(ssl, SSL_CTX_get_verify_mode(chosen), nullptr);
  SSL_set_verify_depth(ssl, SSL_CTX_get_verify_depth(chosen));
  return SSL_CLIENT_HELLO_SUCCESS;
}

}  // namespace rabbit_socks::net
