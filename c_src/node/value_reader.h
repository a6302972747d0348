// SPDX-License-Identifier: MPL-2.0
// An Erlang term as a value: "Values" in docs/PORT_PROTOCOL.md.
#ifndef RABBIT_SOCKS_NODE_VALUE_READER_H_
#define RABBIT_SOCKS_NODE_VALUE_READER_H_

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/value.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

// Lists and maps within each other; as deep as a client may go.
inline constexpr size_t kMaxValueDepth = 64;
// The packet is ill-formed, as ReadPacket has it: nothing of it is of use.
inline constexpr uint16_t kBrokenTerm = 1;
// One whole term, but none that JSON has a place for: what a callback module
// has sent. The text says of which kind it was.
inline constexpr uint16_t kNoValue = 2;

// Appends the term at the cursor to *value and steps over it. After a kNoValue
// the cursor is behind the term too, and *value is as before.
//
// There are never more tokens than bytes in the packet. Keys of a map that
// differ in Erlang and not as text, a and <<"a">>, are both there.
base::Fault ReadValue(TermReader* term, base::Value* value);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_VALUE_READER_H_
