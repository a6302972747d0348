// SPDX-License-Identifier: MPL-2.0
// The ciphers that an operator named.
#ifndef RABBIT_SOCKS_NET_TLS_CIPHERS_H_
#define RABBIT_SOCKS_NET_TLS_CIPHERS_H_

#include <string>
#include <vector>

#include "net/tls_handles.h"

namespace rabbit_socks::net {

// Names of OpenSSL or of the RFCs, of TLS 1.2 and 1.3, the best first; none:
// those of forward secrecy. Names only, none of OpenSSL's expressions. "":
// done. Otherwise what is wrong, on one line.
std::string UseCiphers(SSL_CTX* context, const std::vector<std::string>& names);

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_CIPHERS_H_
