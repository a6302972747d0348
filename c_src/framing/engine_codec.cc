// SPDX-License-Identifier: MPL-2.0
#include "framing/engine_codec.h"

#include <algorithm>

#include "base/utf8.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

bool DecodeTwiceEncoded(Bytes text, std::string* decoded) {
  // Most texts are ASCII: nothing to decode, nothing to copy.
  const auto* const first = std::find_if_not(text.begin(), text.end(), IsAscii);
  if (first == text.end()) return false;
  decoded->assign(text.begin(), first);
  for (const auto* at = first; at != text.end(); ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x80) {
      decoded->push_back(*at);
      continue;
    }
    // C2 and C3 are what U+0080 to U+00FF begin with.
    if (byte > 0xC3) return false;
    ++at;
    decoded->push_back(static_cast<char>(
        (byte & 3U) << 6 | (static_cast<unsigned char>(*at) & 0x3FU)));
  }
  return base::IsUtf8(*decoded);
}

}  // namespace rabbit_socks::framing
