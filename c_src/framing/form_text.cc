// SPDX-License-Identifier: MPL-2.0
#include "framing/form_text.h"

namespace rabbit_socks::framing {

std::string WithoutCarriageReturns(base::Bytes text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") continue;
    plain.push_back(text[i]);
  }
  return plain;
}

}  // namespace rabbit_socks::framing
