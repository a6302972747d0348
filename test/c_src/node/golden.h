// SPDX-License-Identifier: MPL-2.0
// The golden file of the link, for tests of this side.
#ifndef RABBIT_SOCKS_TEST_NODE_GOLDEN_H_
#define RABBIT_SOCKS_TEST_NODE_GOLDEN_H_

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/escape.h"

namespace rabbit_socks::node::golden {

// Ends the test program on what is no hex.
inline std::string Unhex(const char* path, const std::string& hex) {
  if (hex.size() % 2 != 0) test::VectorError(path, hex);
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const std::string byte = hex.substr(i, 2);
    char* end = nullptr;
    bytes += static_cast<char>(std::strtoul(byte.c_str(), &end, 16));
    if (*end != '\0') test::VectorError(path, hex);
  }
  return bytes;
}

struct Line {
  std::string direction;  // "node" or "edge"
  std::string name;
  std::string packet;  // without its length word
};

// The lines of one direction, in order. Tests run from the root of the
// repository; a file that is missing or ill-formed ends the test program.
inline std::vector<Line> Load(const std::string& direction) {
  const char* path = "test/vectors/link.golden";
  std::ifstream file(path);
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text[0] == '#') continue;
    std::istringstream words(text);
    Line line;
    std::string hex;
    words >> line.direction >> line.name >> hex;
    if (hex.empty()) test::VectorError(path, text);
    line.packet = Unhex(path, hex);
    if (line.direction == direction) lines.push_back(line);
  }
  if (lines.empty()) test::VectorError(path, "missing or without examples");
  return lines;
}

}  // namespace rabbit_socks::node::golden

#endif  // RABBIT_SOCKS_TEST_NODE_GOLDEN_H_
