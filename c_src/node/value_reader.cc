// SPDX-License-Identifier: MPL-2.0
#include "node/value_reader.h"

#include <ei.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "node/bignum.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;
using Kind = Value::Kind;

constexpr Fault kBroken{kBrokenTerm, "malformed packet from the node"};
constexpr Fault kTooDeep{kNoValue, "a term nested too deep"};
constexpr Fault kNoText{kNoValue, "a binary that is not UTF-8"};
constexpr Fault kTooLarge{kNoValue, "an integer too large for a float"};
constexpr Fault kTuple{kNoValue, "a tuple that is not {binary, Binary}"};
constexpr Fault kImproper{kNoValue, "an improper list"};
constexpr Fault kKey{kNoValue,
                     "a map's key that is no binary, atom or small integer"};

// Of a term that is never a value.
Fault Misfit(char tag) {
  switch (tag) {
    case ERL_NEW_PID_EXT:
    case ERL_PID_EXT:
      return {kNoValue, "a pid"};
    case ERL_V4_PORT_EXT:
    case ERL_NEW_PORT_EXT:
      return {kNoValue, "a port"};
    case ERL_NEWER_REFERENCE_EXT:
      return {kNoValue, "a reference"};
    case ERL_NEW_FUN_EXT:
    case ERL_EXPORT_EXT:
      return {kNoValue, "a fun"};
    case ERL_BIT_BINARY_EXT:
      return {kNoValue, "a bit string"};
    case ERL_FLOAT_EXT:
      return {kNoValue, "a float in the form of old nodes"};
    default:
      return kBroken;
  }
}

class Reader {
 public:
  Reader(TermReader* term, Value* value) : term_(term), value_(value) {}

  // Nothing recurses: what is open is counted down. Each turn takes at least a
  // byte, so that a size which promises more than there is ends at the end.
  Fault Read() {
    do {
      const Fault fault = AtKey() ? Key() : Element();
      if (fault) return fault;
      while (!open_.empty() && open_.back().left == 0) {
        const Open closed = open_.back();
        open_.pop_back();
        if (closed.list && !term_->ListEnd()) return kImproper;
      }
    } while (!open_.empty());
    return {};
  }

 private:
  struct Open {
    uint64_t left;  // terms of its own level, keys counted
    bool list;
  };

  // Counts the next term, too.
  bool AtKey() {
    if (open_.empty()) return false;
    Open& open = open_.back();
    --open.left;
    return !open.list && open.left % 2 == 1;
  }

  Fault Key() {
    if (term_->AtAtom()) return Name(true);
    if (term_->Tag() == ERL_BINARY_EXT) return Text();
    int64_t number = 0;
    if (!term_->Integer(kMin, kMax, &number)) return kKey;
    std::array<char, 24> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number);
    value_->Text({digits.data(), end.ptr});
    return {};
  }

  Fault Element() {
    if (term_->AtAtom()) return Name(false);
    switch (term_->Tag()) {
      case ERL_SMALL_INTEGER_EXT:
      case ERL_INTEGER_EXT:
      case ERL_SMALL_BIG_EXT:
      case ERL_LARGE_BIG_EXT:
        return Integer();
      case NEW_FLOAT_EXT:
        return Double();
      case ERL_BINARY_EXT:
        return Text();
      case ERL_SMALL_TUPLE_EXT:
      case ERL_LARGE_TUPLE_EXT:
        return Binary();
      case ERL_STRING_EXT:
        return PackedList();
      case ERL_NIL_EXT:
      case ERL_LIST_EXT:
        return List();
      case ERL_MAP_EXT:
        return Map();
      default:
        return Misfit(term_->Tag());
    }
  }

  Fault Name(bool key) {
    Bytes name;
    bool latin = false;
    if (!term_->AnyAtom(&name, &latin)) return kBroken;
    if (!key && (name == "null" || name == "undefined")) {
      value_->Null();
    } else if (!key && (name == "true" || name == "false")) {
      value_->Boolean(name == "true");
    } else if (latin) {
      value_->Text(Utf8OfLatin(name));
    } else if (base::IsUtf8(name)) {
      value_->Text(name);
    } else {
      return kBroken;
    }
    return {};
  }

  static std::string Utf8OfLatin(Bytes name) {
    std::string text;
    for (const char c : name) {
      const auto point = static_cast<unsigned char>(c);
      if (point < 0x80) {
        text.push_back(c);
      } else {
        text.push_back(static_cast<char>(0xC0 | point >> 6));
        text.push_back(static_cast<char>(0x80 | (point & 0x3F)));
      }
    }
    return text;
  }

  Fault Integer() {
    TermReader ahead = *term_;
    int64_t number = 0;
    if (ahead.Integer(kMin, kMax, &number)) {
      *term_ = ahead;
      value_->Integer(number);
      return {};
    }
    bool negative = false;
    Bytes magnitude;
    if (!term_->Bignum(&negative, &magnitude)) return kBroken;
    const std::optional<double> real = BignumToDouble(negative, magnitude);
    if (!real) return kTooLarge;
    value_->Double(*real);
    return {};
  }

  Fault Double() {
    double real = 0;
    if (!term_->Double(&real)) return kBroken;
    value_->Double(real);
    return {};
  }

  Fault Text() {
    Bytes text;
    if (!term_->Binary(&text)) return kBroken;
    if (!base::IsUtf8(text)) return kNoText;
    value_->Text(text);
    return {};
  }

  Fault Binary() {
    uint32_t arity = 0;
    Bytes name;
    Bytes bytes;
    if (!term_->AnyTuple(&arity)) return kBroken;
    if (arity != 2 || !term_->Atom(&name) || name != "binary" ||
        !term_->Binary(&bytes))
      return kTuple;
    value_->Binary(bytes);
    return {};
  }

  Fault PackedList() {
    Bytes bytes;
    if (!term_->PackedList(&bytes)) return kBroken;
    if (open_.size() == kMaxValueDepth) return kTooDeep;
    value_->Array(static_cast<uint32_t>(bytes.size()));
    for (const char c : bytes) value_->Integer(static_cast<unsigned char>(c));
    return {};
  }

  Fault List() {
    uint32_t size = 0;
    if (!term_->List(&size)) return kBroken;
    if (open_.size() == kMaxValueDepth) return kTooDeep;
    value_->Array(size);
    if (size > 0) open_.push_back({size, true});
    return {};
  }

  Fault Map() {
    uint32_t pairs = 0;
    if (!term_->Map(&pairs)) return kBroken;
    if (open_.size() == kMaxValueDepth) return kTooDeep;
    value_->Object(pairs);
    if (pairs > 0) open_.push_back({uint64_t{2} * pairs, false});
    return {};
  }

  static constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

  TermReader* term_;
  Value* value_;
  std::vector<Open> open_;
};

}  // namespace

base::Fault ReadValue(TermReader* term, base::Value* value) {
  const TermReader begin = *term;
  const size_t tokens = value->tokens().size();
  const Fault fault = Reader(term, value).Read();
  if (!fault) return fault;
  value->Truncate(tokens);
  *term = begin;
  // What follows the misfit may be broken all the same.
  return term->Skip() ? fault : kBroken;
}

}  // namespace rabbit_socks::node
