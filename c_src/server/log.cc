// SPDX-License-Identifier: MPL-2.0
#include "server/log.h"

#include <unistd.h>

namespace rabbit_socks::server {
namespace {

constexpr size_t kMaxText = 500;

const char* Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug: ";
    case Level::kInfo:
      return "info: ";
    case Level::kWarning:
      return "warning: ";
    case Level::kError:
      return "error: ";
  }
  return "";
}

}  // namespace

std::string LogLine(Level level, base::Bytes text) {
  std::string line = Name(level);
  for (const char byte : text.substr(0, kMaxText)) {
    const auto value = static_cast<unsigned char>(byte);
    line.push_back(value < 0x20 || value == 0x7f ? '?' : byte);
  }
  line.push_back('\n');
  return line;
}

void Log(Level level, base::Bytes text) {
  const std::string line = LogLine(level, text);
  // There is no place left to report a failure to.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace rabbit_socks::server
