// SPDX-License-Identifier: MPL-2.0
// A value as an Erlang term: "Values" in docs/PORT_PROTOCOL.md.
#ifndef RABBIT_SOCKS_NODE_VALUE_WRITER_H_
#define RABBIT_SOCKS_NODE_VALUE_WRITER_H_

#include <cstddef>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/value.h"

namespace rabbit_socks::node {

// Appends the value that begins at the token `index`. Of a key that comes twice
// in an object the last one counts, as in JavaScript: a map with both would be
// none to Erlang. The term of a value that JSON text made is at most three
// times as long as the text, besides the bytes of attachments.
// REQUIRES: `attachments` has the bytes of every kAttachment in it
void AppendValue(const base::Value& value, size_t index,
                 std::span<const base::Bytes> attachments, std::string* out);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_VALUE_WRITER_H_
