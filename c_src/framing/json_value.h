// SPDX-License-Identifier: MPL-2.0
// JSON text to a value and back, with the places of binary attachments.
//
// Socket.IO carries bytes beside the JSON: where they belong the text has
// {"_placeholder":true,"num":N}.
#ifndef RABBIT_SOCKS_FRAMING_JSON_VALUE_H_
#define RABBIT_SOCKS_FRAMING_JSON_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/value.h"
#include "framing/codec.h"
#include "framing/json.h"

namespace rabbit_socks::framing {

// Fills *value, which is cleared first, with what CheckJson takes. Integers
// that 64 bits hold are integers, other numbers doubles, as near as can be.
//
// With `attachments` above 0 an object whose _placeholder is true becomes the
// attachment that its num says. Fault 1002 when num is none of them or was
// named before: each attachment has one place, or a small text could ask for
// any number of copies (attack row E07). *value is not to be used after a
// fault.
base::Fault ParseJson(base::Bytes text, const Limits& limits,
                      uint32_t attachments, base::Value* value);
// The same for a text that has its bytes within it: an object whose only key is
// "$base64" is the bytes that its text says in base64 (base64.h). 1007 for one
// that says none.
base::Fault ParseInlineJson(base::Bytes text, const Limits& limits,
                            base::Value* value);

// Appends the value that begins at the token `index`. The bytes of a kBinary go
// to *attachments, of which this one is the next, as views of the value; with a
// null pointer there is no place for them: null stands there, but in the form
// kInline what ParseInlineJson takes for them.
void AppendJson(const base::Value& value, size_t index, JsonForm form,
                std::string* out, std::vector<base::Bytes>* attachments);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_JSON_VALUE_H_
