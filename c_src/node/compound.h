// SPDX-License-Identifier: MPL-2.0
// The larger arguments of commands: lists of binaries, header fields, Config
// and Request of docs/PORT_PROTOCOL.md.
//
// Each reads one term at the cursor and answers false when it is not what the
// grammar has there.
#ifndef RABBIT_SOCKS_NODE_COMPOUND_H_
#define RABBIT_SOCKS_NODE_COMPOUND_H_

#include <string>
#include <vector>

#include "node/messages.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

// Calls element(term) for each element of a proper list, until one answers
// false.
template <class F>
[[nodiscard]] bool ReadList(TermReader* term, F&& element) {
  uint32_t size = 0;
  if (!term->List(&size)) return false;
  for (uint32_t i = 0; i < size; ++i) {
    if (!element(term)) return false;
  }
  return size == 0 || term->ListEnd();
}

// Calls pair(key, term) for each pair of a map with atoms for keys; pair reads
// the value.
template <class F>
[[nodiscard]] bool ReadMap(TermReader* term, F&& pair) {
  uint32_t pairs = 0;
  if (!term->Map(&pairs)) return false;
  for (uint32_t i = 0; i < pairs; ++i) {
    base::Bytes key;
    if (!term->Atom(&key) || !pair(key, term)) return false;
  }
  return true;
}

[[nodiscard]] bool ReadString(TermReader* term, std::string* text);
[[nodiscard]] bool ReadStrings(TermReader* term,
                               std::vector<std::string>* strings);
[[nodiscard]] bool ReadFields(TermReader* term, Fields* fields);
[[nodiscard]] bool ReadConfig(TermReader* term, Config* config);
[[nodiscard]] bool ReadRequest(TermReader* term, RelayedRequest* request);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_COMPOUND_H_
