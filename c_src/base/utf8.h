// SPDX-License-Identifier: MPL-2.0
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
// U+10FFFF.
#ifndef RABBIT_SOCKS_BASE_UTF8_H_
#define RABBIT_SOCKS_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace rabbit_socks::base {

// Checks text that arrives in pieces and fails at the first byte that cannot be
// part of any valid text (RFC 6455 8.1, "fail fast").
class Utf8Check {
 public:
  // False: the text so far can no longer become valid, whatever follows; also
  // for each piece after that, until Reset.
  [[nodiscard]] bool Feed(Bytes piece);
  // True when no code point is half read.
  bool complete() const { return state_ == 0; }
  void Reset() { state_ = 0; }

 private:
  uint32_t state_ = 0;
};

[[nodiscard]] bool IsUtf8(Bytes text);

// Length in UTF-16 code units, as JavaScript counts. REQUIRES: IsUtf8(text)
size_t Utf16Length(Bytes text);
// Bytes taken by the first `units` UTF-16 units of text, or npos when text is
// shorter or the cut would halve a surrogate pair. REQUIRES: IsUtf8(text)
size_t Utf16Prefix(Bytes text, size_t units);
// The longest prefix of at most max_bytes that ends between code points;
// invalid UTF-8 yields the valid part before the fault.
Bytes Utf8Cut(Bytes text, size_t max_bytes);

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_UTF8_H_
