// SPDX-License-Identifier: MPL-2.0
// How the vector files of this room write bytes, and how they are cut in
// sections.
//
// Bytes: hex digits in pairs, with spaces where they help; "text" as it stands;
// M for a mask of zeros, which leaves the payload readable; X*N for N times X;
// ( ... )*N for a group. A section is a "## title" and fences of a kind:
// "```input draft=hybi-7" has the kind input and one option.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace rabbit_socks::websocket {

// Adds a test failure for what is no notation.
std::string Unpack(std::string_view notation);

struct Fence {
  std::string kind;
  std::map<std::string, std::string> options;
  std::vector<std::string> lines;

  std::string Text() const;  // lines joined by "\n", none at the end
};

struct Section {
  std::string title;
  std::vector<Fence> fences;

  // The first of that kind, or one that is empty.
  const Fence& Get(std::string_view kind) const;
  bool Has(std::string_view kind) const;
  // The title as GoogleTest wants names: letters and digits.
  std::string Name() const;
};

inline void PrintTo(const Section& section, std::ostream* out) {
  *out << section.title;
}

// `file` below test/vectors; tests run in the project's root.
std::vector<Section> ReadSections(const std::string& file);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_
