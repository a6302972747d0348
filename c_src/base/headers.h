// SPDX-License-Identifier: MPL-2.0
// The header fields of one HTTP message, in order.
//
// Names are lower case; values have no leading or trailing white space. Shared
// by http, which parses them, and websocket, which reads handshakes.
#ifndef RABBIT_SOCKS_BASE_HEADERS_H_
#define RABBIT_SOCKS_BASE_HEADERS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::base {

struct Header {
  std::string name;
  std::string value;
};

class Headers {
 public:
  void Add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
  }
  // The first field of that lower-case name, or null. Lives until the next Add.
  const std::string* Find(Bytes name) const;
  size_t Count(Bytes name) const;
  // All values of that name joined by ", " (RFC 9110 5.3); empty when there is
  // none.
  std::string Join(Bytes name) const;
  // True when a comma list of that name holds the token, compared without case.
  bool HasToken(Bytes name, Bytes token) const;

  const std::vector<Header>& fields() const { return fields_; }
  void Clear() { fields_.clear(); }

 private:
  std::vector<Header> fields_;
};

// ASCII only, as HTTP compares tokens.
bool EqualsIgnoringCase(Bytes a, Bytes b);
Bytes TrimSpace(Bytes text);  // SP and HTAB

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_HEADERS_H_
