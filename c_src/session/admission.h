// SPDX-License-Identifier: MPL-2.0
// Who may connect: the limits on connections (L10).
#ifndef RABBIT_SOCKS_SESSION_ADMISSION_H_
#define RABBIT_SOCKS_SESSION_ADMISSION_H_

#include <string>

#include "session/tables.h"

namespace rabbit_socks::session {

// In all, of the listener, of those without a complete request, of one address.
bool Admits(const Tables& t, const Listener& listener,
            const std::string& address);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ADMISSION_H_
