// SPDX-License-Identifier: MPL-2.0
// JSON text from a socket: valid or not (RFC 8259), within limits. RapidJSON is
// at home in this room; its iterative parser needs no stack of ours.
#ifndef RABBIT_SOCKS_FRAMING_JSON_H_
#define RABBIT_SOCKS_FRAMING_JSON_H_

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/codec.h"

namespace rabbit_socks::framing {

// 1007 when text is not one JSON value or not UTF-8, 1009 when a limit is
// passed. Where RFC 8259 leaves it to us: a number that no double can hold, or
// with an exponent that none can have (0e999), and half a surrogate pair are
// refused; a key that comes twice is not.
base::Fault CheckJson(base::Bytes text, const Limits& limits);
enum class JsonForm : unsigned char {
  kUtf8,
  kAscii,   // every other character as an escape: see engine_codec.h
  kInline,  // as kUtf8; bytes in a value are text in it: see json_value.h
};
// Appends text as a JSON string literal that is also safe inside a script
// element: U+2028, U+2029, "</" and "<!" are escaped. REQUIRES: text is UTF-8
void AppendJsonString(base::Bytes text, std::string* out,
                      JsonForm form = JsonForm::kUtf8);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_JSON_H_
