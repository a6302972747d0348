// SPDX-License-Identifier: MPL-2.0
// The host name that a client asks for (RFC 6066 section 3).
#ifndef RABBIT_SOCKS_NET_SERVER_NAME_H_
#define RABBIT_SOCKS_NET_SERVER_NAME_H_

#include <string>

#include "base/bytes.h"

namespace rabbit_socks::net {

// From the body of a server_name extension: in lower case; "" when it names
// none or is malformed, which OpenSSL refuses later.
std::string ServerName(base::Bytes extension);

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SERVER_NAME_H_
