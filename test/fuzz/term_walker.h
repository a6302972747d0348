// SPDX-License-Identifier: MPL-2.0
// Reads the external term format back in a way of its own, so that the edge's
// writer is not judged by the edge's reader.
#ifndef RABBIT_SOCKS_TEST_FUZZ_TERM_WALKER_H_
#define RABBIT_SOCKS_TEST_FUZZ_TERM_WALKER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace rabbit_socks::fuzz {

class TermWalker {
 public:
  explicit TermWalker(std::string_view term) : rest_(term) {}

  // The next term as Erlang would print it, with binaries as they are. Aborts
  // on what is ill-formed.
  std::string Term() {
    const char tag = Take(1)[0];
    switch (tag) {
      case 'a':
        return std::to_string(Number(1));
      case 'b':
        return std::to_string(static_cast<int32_t>(Number(4)));
      case 'n': {
        const size_t size = Number(1);
        const uint64_t sign = Number(1);
        Require(size <= 8 && sign <= 1);
        uint64_t value = 0;
        for (size_t i = 0; i < size; ++i) value |= Number(1) << (8 * i);
        return (sign == 1 ? "-" : "") + std::to_string(value);
      }
      case 'F':
        return ShowDouble(Number(8));
      case 'w':
        return "'" + std::string(Take(Number(1))) + "'";
      case 'm':
        return "<" + std::string(Take(Number(4))) + ">";
      case 'X': {
        Require(Take(1)[0] == 'w');
        const std::string node(Take(Number(1)));
        return "pid(" + node + std::string(Take(12)) + ")";
      }
      case 'h':
        return "{" + Terms(Number(1)) + "}";
      case 'i':
        return "{" + Terms(Number(4)) + "}";
      case 't':
        return "#{" + Pairs(Number(4)) + "}";
      case 'k': {
        std::string list;
        for (uint64_t left = Number(2); left > 0; --left) {
          list += (list.empty() ? "" : ",") + std::to_string(Number(1));
        }
        Require(!list.empty());
        return "[" + list + "]";
      }
      case 'j':
        return "[]";
      case 'l': {
        const uint64_t size = Number(4);
        Require(size > 0);
        const std::string list = "[" + Terms(size) + "]";
        Require(Take(1)[0] == 'j');
        return list;
      }
      default:
        std::abort();
    }
  }

  // A double by its bits: every one has a name of its own.
  static std::string ShowDouble(uint64_t bits) {
    Require((bits >> 52 & 0x7FF) != 0x7FF);
    return "float(" + std::to_string(bits) + ")";
  }

  bool at_end() const { return rest_.empty(); }

  std::string_view Take(size_t size) {
    Require(size <= rest_.size());
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  uint64_t Number(size_t bytes) {
    uint64_t number = 0;
    for (const char c : Take(bytes)) {
      number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
  }

 private:
  static void Require(bool holds) {
    if (!holds) std::abort();
  }

  std::string Terms(uint64_t count) {
    std::string text;
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) text += ",";
      text += Term();
    }
    return text;
  }

  // Erlang refuses a map with a key that comes twice.
  std::string Pairs(uint64_t count) {
    std::string text;
    std::set<std::string> keys;
    for (uint64_t i = 0; i < count; ++i) {
      std::string key = Term();
      text += (i > 0 ? "," : "") + key;
      Require(keys.insert(std::move(key)).second);
      text += "," + Term();
    }
    return text;
  }

  std::string_view rest_;
};

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_TERM_WALKER_H_
