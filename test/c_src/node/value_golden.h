// SPDX-License-Identifier: MPL-2.0
// The golden file of values, for tests of this side.
#ifndef RABBIT_SOCKS_TEST_NODE_VALUE_GOLDEN_H_
#define RABBIT_SOCKS_TEST_NODE_VALUE_GOLDEN_H_

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "node/golden.h"

namespace rabbit_socks::node::golden {

struct ValueLine {
  std::string direction;  // "node", "edge" or "refused"
  std::string name;
  std::string term;  // without its version byte
  std::vector<std::string> attachments;
  std::string json;
};

// The lines of one direction, in order. See Load.
inline std::vector<ValueLine> LoadValues(const std::string& direction) {
  const char* path = "test/vectors/value.golden";
  std::ifstream file(path);
  std::vector<ValueLine> lines;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    std::istringstream words(text);
    ValueLine line;
    std::string hex;
    std::string attachments;
    words >> line.direction >> line.name >> hex >> attachments;
    words.get();
    if (!std::getline(words, line.json) || hex.substr(0, 2) != "83")
      test::VectorError(path, text);
    line.term = Unhex(path, hex.substr(2));
    if (attachments != "-") {
      std::istringstream each(attachments);
      for (std::string bytes; std::getline(each, bytes, ';');) {
        line.attachments.push_back(Unhex(path, bytes));
      }
    }
    if (line.direction == direction) lines.push_back(line);
  }
  if (lines.empty()) test::VectorError(path, "missing or without examples");
  return lines;
}

}  // namespace rabbit_socks::node::golden

#endif  // RABBIT_SOCKS_TEST_NODE_VALUE_GOLDEN_H_
