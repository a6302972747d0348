// SPDX-License-Identifier: MPL-2.0
// A conversation as text, one happening a line, so that a fuzzer can cut, copy
// and paste them: a letter, a digit for which connection or session, and the
// rest. "^J" is the byte J-0x40, as in "^^" for U+001E; "$0" to "$9" are
// session ids that the edge has given, the last one first, "$p" the last pid.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SESSION_SCRIPT_H_
#define RABBIT_SOCKS_TEST_FUZZ_SESSION_SCRIPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace rabbit_socks::fuzz {

struct Happening {
  char verb = 0;
  size_t which = 0;
  std::string rest;
};

// Calls visit(const Happening&) for each line; expand(char) gives the text for
// "$" and that character.
template <class Visit, class Expand>
void ReadScript(std::string_view text, Visit visit, Expand expand) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (line.size() < 2) continue;
    Happening one;
    one.verb = line[0];
    one.which = static_cast<unsigned char>(line[1]) % 16;
    for (size_t i = 2; i < line.size(); ++i) {
      const bool last = i + 1 == line.size();
      if (line[i] == '^' && !last) {
        one.rest.push_back(static_cast<char>(line[++i] ^ 0x40));
      } else if (line[i] == '$' && !last) {
        one.rest.append(expand(line[++i]));
      } else {
        one.rest.push_back(line[i]);
      }
    }
    visit(one);
  }
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SESSION_SCRIPT_H_
