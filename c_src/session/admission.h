// SPDX-License-Identifier: MPL-2.0
// Who may connect: the limits on connections (L10), and on clients, which on
// polling transports outlive theirs.
#ifndef RABBIT_SOCKS_SESSION_ADMISSION_H_
#define RABBIT_SOCKS_SESSION_ADMISSION_H_

#include <string>

#include "session/tables.h"

namespace rabbit_socks::session {

// In all, of the listener, of those without a complete request, of one address.
bool Admits(const Tables& t, const Listener& listener,
            const std::string& address);

// The connection's listener has room for one more client.
bool AdmitsClient(const Tables& t, const Connection& c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ADMISSION_H_
