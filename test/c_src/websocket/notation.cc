// SPDX-License-Identifier: MPL-2.0
#include "websocket/notation.h"

#include <gtest/gtest.h>

#include <cctype>
#include <charconv>

namespace rabbit_socks::websocket {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string All() {
    std::string bytes = Sequence();
    if (!text_.empty()) ADD_FAILURE() << "no notation: " << text_;
    return bytes;
  }

 private:
  void SkipSpace() {
    while (!text_.empty() && std::isspace(Front()) != 0) text_.remove_prefix(1);
  }
  unsigned char Front() const { return static_cast<unsigned char>(text_[0]); }

  std::string Sequence() {
    std::string bytes;
    for (SkipSpace(); !text_.empty() && text_[0] != ')'; SkipSpace()) {
      const size_t before = text_.size();
      const std::string item = Item();
      if (text_.size() == before) break;
      for (size_t left = Times(); left > 0; --left) bytes += item;
    }
    return bytes;
  }

  std::string Item() {
    if (text_[0] == '(') {
      text_.remove_prefix(1);
      std::string group = Sequence();
      if (!text_.empty()) text_.remove_prefix(1);
      return group;
    }
    if (text_[0] == '"') {
      const size_t end = text_.find('"', 1);
      std::string quoted(text_.substr(1, end - 1));
      text_.remove_prefix(end == std::string_view::npos ? text_.size()
                                                        : end + 1);
      return quoted;
    }
    if (text_[0] == 'M') {
      text_.remove_prefix(1);
      return std::string(4, '\0');
    }
    unsigned byte = 0;
    const char* two = text_.data();
    if (text_.size() < 2 ||
        std::from_chars(two, two + 2, byte, 16).ptr != two + 2)
      return {};
    text_.remove_prefix(2);
    return {static_cast<char>(byte)};
  }

  size_t Times() {
    if (text_.empty() || text_[0] != '*') return 1;
    size_t times = 0;
    const auto read =
        std::from_chars(text_.data() + 1, text_.data() + text_.size(), times);
    text_.remove_prefix(static_cast<size_t>(read.ptr - text_.data()));
    return times;
  }

  std::string_view text_;
};

}  // namespace

std::string Unpack(std::string_view notation) { return Reader(notation).All(); }

std::string TestName(const test::Vector& vector) {
  std::string name;
  for (const char c : vector.title) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name.push_back(c);
  }
  return name;
}

}  // namespace rabbit_socks::websocket
