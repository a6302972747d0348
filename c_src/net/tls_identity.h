// SPDX-License-Identifier: MPL-2.0
// Certificate, key and trusted authorities, from files or from DER, into an
// SSL_CTX.
#ifndef RABBIT_SOCKS_NET_TLS_IDENTITY_H_
#define RABBIT_SOCKS_NET_TLS_IDENTITY_H_

#include <string>
#include <vector>

#include "base/tls_options.h"
#include "net/tls_handles.h"

namespace rabbit_socks::net {

// "": done. Otherwise what is wrong, on one line without secrets. `warnings`
// gets what is odd and can be served: a certificate that is past its time.
// `identity` must outlive the context, which asks it for the password.
std::string UseIdentity(SSL_CTX* context, const base::TlsIdentity& identity,
                        std::vector<std::string>* warnings);

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_IDENTITY_H_
