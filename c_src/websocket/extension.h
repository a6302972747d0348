// SPDX-License-Identifier: MPL-2.0
// The list in Sec-WebSocket-Extensions: RFC 6455 9.1.
//
// One pass over the bytes, whatever they are: an element that breaks the
// grammar is reported as malformed and reading goes on behind the next comma
// that no quotes enclose.
#ifndef RABBIT_SOCKS_WEBSOCKET_EXTENSION_H_
#define RABBIT_SOCKS_WEBSOCKET_EXTENSION_H_

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::websocket {

struct Extension {
  struct Parameter {
    base::Bytes name;
    std::optional<std::string> value;  // without its quotes
  };
  base::Bytes name;
  std::vector<Parameter> parameters;
  bool malformed = false;
};

class ExtensionReader {
 public:
  // `field` is the value of one header field and outlives what is read.
  explicit ExtensionReader(base::Bytes field) : rest_(field) {}

  // False: there are no more. *element is made anew.
  bool Next(Extension* element);

 private:
  bool ReadParameters(Extension* element);
  bool ReadQuoted(std::string* value);
  base::Bytes ReadToken();
  void SkipSpace();
  void SkipElement();
  bool Take(char c);

  base::Bytes rest_;
};

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_EXTENSION_H_
