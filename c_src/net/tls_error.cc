// SPDX-License-Identifier: MPL-2.0
#include "net/tls_error.h"

#include <openssl/err.h>

#include <array>
#include <cstring>

namespace rabbit_socks::net {

std::string TakeTlsError() {
  // The first is the cause; those after it are what it led to.
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  if (ERR_SYSTEM_ERROR(code)) {
    std::array<char, 128> text{};
    return strerror_r(ERR_GET_REASON(code), text.data(), text.size());
  }
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

}  // namespace rabbit_socks::net
