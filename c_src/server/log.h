// SPDX-License-Identifier: MPL-2.0
// The log of last resort: lines on fd 2, for what happens when there is no link
// to send a log event on.
#ifndef RABBIT_SOCKS_SERVER_LOG_H_
#define RABBIT_SOCKS_SERVER_LOG_H_

#include <string>

#include "base/bytes.h"

namespace rabbit_socks::server {

// As {log, Level, Text} of docs/PORT_PROTOCOL.md numbers them.
enum class Level : unsigned char {
  kDebug = 0,
  kInfo = 1,
  kWarning = 2,
  kError = 3
};

// "error: text": one line however `text` looks, control bytes shown as "?", cut
// at 500 bytes.
std::string LogLine(Level level, base::Bytes text);
// Writes it to fd 2 with one call.
void Log(Level level, base::Bytes text);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_LOG_H_
