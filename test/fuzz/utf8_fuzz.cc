// SPDX-License-Identifier: MPL-2.0
// Any bytes; the first chooses the cuts.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "chunks.h"
#include "reference_utf8.h"

using rabbit_socks::base::Bytes;
using rabbit_socks::base::Utf8Check;
namespace base = rabbit_socks::base;
namespace fuzz = rabbit_socks::fuzz;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Fed in pieces of `size`, it fails in the piece where it must.
void CheckInPieces(Bytes text, size_t size, bool valid) {
  Utf8Check check;
  size_t fed = 0;
  const bool fine = fuzz::FeedChunks(text, size, [&](Bytes piece) {
    fed += piece.size();
    const bool go_on = check.Feed(piece);
    Require(go_on == fuzz::ReferenceMayBecomeUtf8(text.substr(0, fed)));
    return go_on;
  });
  Require(check.complete() == valid && (fine || !valid));
}

void CheckUtf16(Bytes text) {
  const size_t units = base::Utf16Length(text);
  Require(units <= text.size() && units * 3 >= text.size());
  Require(base::Utf16Prefix(text, units) == text.size());
  Require(base::Utf16Prefix(text, units + 1) == Bytes::npos);
  for (size_t some = 0; some < std::min<size_t>(units, 20); ++some) {
    const size_t prefix = base::Utf16Prefix(text, some);
    if (prefix == Bytes::npos) continue;
    Require(base::Utf16Length(text.substr(0, prefix)) == some);
    Require(fuzz::ReferenceIsUtf8(text.substr(0, prefix)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const Bytes text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool valid = fuzz::ReferenceIsUtf8(text);
  Require(base::IsUtf8(text) == valid);
  // The reference reads the text again for each piece: keep that bounded.
  if (text.size() <= 256) CheckInPieces(text, 1, valid);
  CheckInPieces(text, std::max<size_t>(1 + data[0], text.size() / 64), valid);
  if (valid) CheckUtf16(text);

  const size_t most = data[0];
  const Bytes cut = base::Utf8Cut(text, most);
  Require(cut.size() <= most && fuzz::ReferenceIsUtf8(cut));
  Require(cut.size() == text.size() || cut.data() == text.data());
  // The longest: no longer prefix within `most` is UTF-8.
  for (size_t more = cut.size() + 1; more <= std::min(most, text.size());
       ++more)
    Require(!fuzz::ReferenceIsUtf8(text.substr(0, more)));
  return 0;
}
