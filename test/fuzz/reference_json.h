// SPDX-License-Identifier: MPL-2.0
// JSON by the grammar of RFC 8259, as plainly as it can be said: what the
// edge's check is compared with.
#ifndef RABBIT_SOCKS_TEST_FUZZ_REFERENCE_JSON_H_
#define RABBIT_SOCKS_TEST_FUZZ_REFERENCE_JSON_H_

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rabbit_socks::fuzz {

class ReferenceJson {
 public:
  ReferenceJson(std::string_view text, size_t max_depth, size_t max_keys)
      : rest_(text), max_depth_(max_depth), max_keys_(max_keys) {}

  // 0: one value. 1007: not. 1009: a limit. REQUIRES: the text is UTF-8, and
  // max_depth is small, as this recurses.
  int Check() {
    Space();
    if (!Value(0)) return code_;
    Space();
    return rest_.empty() ? 0 : 1007;
  }
  // Whether a number was met that is too large for a double, or nearly.
  bool large() const { return large_; }

 private:
  bool Fail(int code = 1007) {
    code_ = code;
    return false;
  }
  char Peek() const { return rest_.empty() ? '\0' : rest_[0]; }
  bool Take(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void Space() {
    while (Take(" ") || Take("\t") || Take("\n") || Take("\r")) {
    }
  }

  bool Value(size_t depth) {
    if (Take("null") || Take("true") || Take("false")) return true;
    if (Take("[")) return depth < max_depth_ ? Array(depth + 1) : Fail(1009);
    if (Take("{")) return depth < max_depth_ ? Object(depth + 1) : Fail(1009);
    return Peek() == '"' ? String() : Number();
  }

  bool Array(size_t depth) {
    Space();
    if (Take("]")) return true;
    for (;;) {
      Space();
      if (!Value(depth)) return false;
      Space();
      if (Take("]")) return true;
      if (!Take(",")) return Fail();
    }
  }

  bool Object(size_t depth) {
    Space();
    if (Take("}")) return true;
    for (size_t keys = 1;; ++keys) {
      Space();
      if (!String()) return false;
      Space();
      if (!Take(":")) return Fail();
      Space();
      if (!Value(depth)) return false;
      Space();
      if (Take("}")) return keys <= max_keys_ || Fail(1009);
      if (!Take(",")) return Fail();
    }
  }

  bool String() {
    if (!Take("\"")) return Fail();
    bool half = false;  // a high surrogate waits for its other half
    while (!Take("\"")) {
      if (rest_.empty() || static_cast<unsigned char>(rest_[0]) < 0x20)
        return Fail();
      uint32_t unit = 0;
      if (Take("\\u")) {
        for (int i = 0; i < 4; ++i) {
          if (std::isxdigit(static_cast<unsigned char>(Peek())) == 0)
            return Fail();
          const std::string digit(1, rest_[0]);
          unit =
              unit << 4 | static_cast<uint32_t>(std::stoul(digit, nullptr, 16));
          rest_.remove_prefix(1);
        }
      } else if (Take("\\")) {
        const char c = Peek();
        if (c == '\0' ||
            std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos)
          return Fail();
        rest_.remove_prefix(1);
      } else {
        rest_.remove_prefix(1);
      }
      const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
      if (half != low) return Fail();
      half = unit >= 0xD800 && unit <= 0xDBFF;
    }
    return !half || Fail();
  }

  size_t Digits() {
    size_t digits = 0;
    for (; Peek() >= '0' && Peek() <= '9'; ++digits) rest_.remove_prefix(1);
    return digits;
  }

  bool Number() {
    Take("-");
    size_t whole = 1;
    if (!Take("0")) whole = Digits();
    if (whole == 0) return Fail();
    if (Take(".") && Digits() == 0) return Fail();
    if (Take("e") || Take("E")) {
      if (!Take("+")) Take("-");
      const size_t exponent = Digits();
      if (exponent == 0) return Fail();
      large_ = large_ || exponent > 2;
    }
    large_ = large_ || whole > 200;
    return true;
  }

  std::string_view rest_;
  size_t max_depth_, max_keys_;
  int code_ = 1007;
  bool large_ = false;
};

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_REFERENCE_JSON_H_
