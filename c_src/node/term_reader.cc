// SPDX-License-Identifier: MPL-2.0
#include "node/term_reader.h"

#include <ei.h>

#include <bit>
#include <cmath>

namespace rabbit_socks::node {
namespace {

constexpr char kVersionMagic = '\x83';

// One ei_decode call for the head of a tuple, list or map.
template <class Decode>
bool DecodeHead(base::Bytes term, size_t* at, uint32_t* size, Decode decode) {
  int index = static_cast<int>(*at);
  int found = 0;
  if (decode(term.data(), &index, &found) != 0 || found < 0) return false;
  *at = static_cast<size_t>(index);
  *size = static_cast<uint32_t>(found);
  return true;
}

}  // namespace

size_t TermReader::Number(size_t at, size_t bytes) const {
  size_t number = 0;
  for (size_t i = 0; i < bytes; ++i) {
    number = number << 8 | static_cast<unsigned char>(term_[at + i]);
  }
  return number;
}

size_t TermReader::MeasureAtomHead(size_t at) const {
  if (!Fits(at, 1)) return 0;
  switch (term_[at]) {
    case ERL_SMALL_ATOM_EXT:
    case ERL_SMALL_ATOM_UTF8_EXT:
      return 2;
    case ERL_ATOM_EXT:
    case ERL_ATOM_UTF8_EXT:
      return 3;
    default:
      return 0;
  }
}

size_t TermReader::MeasureNamed(size_t at, size_t before, size_t after) const {
  if (MeasureAtomHead(at + before) == 0) return 0;
  const size_t atom = Measure(at + before);
  const size_t size = before + atom + after;
  return atom != 0 && Fits(at, size) ? size : 0;
}

size_t TermReader::Measure(size_t at) const {
  if (!Fits(at, 1)) return 0;
  const auto fixed = [&](size_t size) { return Fits(at, size) ? size : 0; };
  // After the tag a length of `width` bytes counts the bytes beyond `head`.
  const auto counted = [&](size_t head, size_t width) -> size_t {
    if (!Fits(at, head)) return 0;
    const size_t size = head + Number(at + 1, width);
    return Fits(at, size) ? size : 0;
  };

  switch (term_[at]) {
    case ERL_NIL_EXT:
    case ERL_EXPORT_EXT:
      return 1;
    case ERL_SMALL_INTEGER_EXT:
    case ERL_SMALL_TUPLE_EXT:
      return fixed(2);
    case ERL_INTEGER_EXT:
    case ERL_LARGE_TUPLE_EXT:
    case ERL_LIST_EXT:
    case ERL_MAP_EXT:
      return fixed(5);
    case NEW_FLOAT_EXT:
      return fixed(9);
    case ERL_FLOAT_EXT:
      return fixed(32);
    case ERL_SMALL_ATOM_EXT:
    case ERL_SMALL_ATOM_UTF8_EXT:
      return counted(2, 1);
    case ERL_ATOM_EXT:
    case ERL_ATOM_UTF8_EXT:
    case ERL_STRING_EXT:
      return counted(3, 2);
    case ERL_SMALL_BIG_EXT:
      return counted(3, 1);
    case ERL_LARGE_BIG_EXT:
    case ERL_BIT_BINARY_EXT:
      return counted(6, 4);
    case ERL_BINARY_EXT:
      return counted(5, 4);
    case ERL_NEW_PID_EXT:
    case ERL_V4_PORT_EXT:
      return MeasureNamed(at, 1, 12);
    case ERL_PID_EXT:
      return MeasureNamed(at, 1, 9);
    case ERL_NEW_PORT_EXT:
      return MeasureNamed(at, 1, 8);
    case ERL_NEWER_REFERENCE_EXT:
      return Fits(at, 3) ? MeasureNamed(at, 3, 4 + 4 * Number(at + 1, 2)) : 0;
    case ERL_NEW_FUN_EXT: {
      const size_t size = Fits(at, 5) ? Number(at + 1, 4) : 0;  // and itself
      return size >= 4 ? fixed(1 + size) : 0;
    }
    default:
      return 0;
  }
}

bool TermReader::Version() {
  if (at_ != 0 || Tag() != kVersionMagic) return false;
  at_ = 1;
  return true;
}

bool TermReader::AnyTuple(uint32_t* arity) {
  return Measure(at_) != 0 &&
         DecodeHead(term_, &at_, arity, ei_decode_tuple_header);
}

bool TermReader::Tuple(uint32_t arity) {
  uint32_t found = 0;
  return AnyTuple(&found) && found == arity;
}

bool TermReader::List(uint32_t* size) {
  if (!AtList() || Measure(at_) == 0) return false;
  const bool empty = Tag() == ERL_NIL_EXT;
  // Erlang gives no list of none a head: it would need a tail all the same.
  return DecodeHead(term_, &at_, size, ei_decode_list_header) &&
         empty == (*size == 0);
}

bool TermReader::ListEnd() {
  if (Tag() != ERL_NIL_EXT) return false;
  ++at_;
  return true;
}

bool TermReader::Map(uint32_t* pairs) {
  return Measure(at_) != 0 &&
         DecodeHead(term_, &at_, pairs, ei_decode_map_header);
}

bool TermReader::Integer(int64_t min, int64_t max, int64_t* value) {
  int index = static_cast<int>(at_);
  EI_LONGLONG found = 0;
  if (Measure(at_) == 0 ||
      ei_decode_longlong(term_.data(), &index, &found) != 0) {
    return false;
  }
  at_ = static_cast<size_t>(index);
  *value = found;
  return found >= min && found <= max;
}

bool TermReader::Bignum(bool* negative, base::Bytes* magnitude) {
  const bool small = Tag() == ERL_SMALL_BIG_EXT;
  const size_t size = Measure(at_);
  if (size == 0 || (!small && Tag() != ERL_LARGE_BIG_EXT)) return false;
  const size_t head = small ? 3 : 6;
  *negative = term_[at_ + head - 1] != 0;
  *magnitude = term_.substr(at_ + head, size - head);
  at_ += size;
  return true;
}

bool TermReader::Double(double* value) {
  if (Tag() != NEW_FLOAT_EXT || Measure(at_) == 0) return false;
  *value = std::bit_cast<double>(uint64_t{Number(at_ + 1, 8)});
  at_ += 9;
  return std::isfinite(*value);
}

// Not by ei, which copies.
bool TermReader::AnyAtom(base::Bytes* name, bool* latin) {
  const size_t head = MeasureAtomHead(at_);
  const size_t size = head != 0 ? Measure(at_) : 0;
  if (size == 0) return false;
  *latin = Tag() == ERL_ATOM_EXT || Tag() == ERL_SMALL_ATOM_EXT;
  *name = term_.substr(at_ + head, size - head);
  at_ += size;
  return true;
}

bool TermReader::Atom(base::Bytes* name) {
  bool latin = false;  // ASCII is the same in both
  if (!AnyAtom(name, &latin)) return false;
  for (const char c : *name) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool TermReader::Boolean(bool* value) {
  base::Bytes name;
  if (!Atom(&name)) return false;
  *value = name == "true";
  return *value || name == "false";
}

bool TermReader::Binary(base::Bytes* bytes) {
  int index = static_cast<int>(at_);
  long found = 0;  // NOLINT(google-runtime-int): ei's
  // Without a target ei only tells the length and steps over.
  if (Measure(at_) == 0 ||
      ei_decode_binary(term_.data(), &index, nullptr, &found) != 0) {
    return false;
  }
  at_ = static_cast<size_t>(index);
  const auto size = static_cast<size_t>(found);
  *bytes = term_.substr(at_ - size, size);
  return true;
}

bool TermReader::PackedList(base::Bytes* bytes) {
  const size_t size = Tag() == ERL_STRING_EXT ? Measure(at_) : 0;
  if (size == 0) return false;
  *bytes = term_.substr(at_ + 3, size - 3);
  at_ += size;
  return true;
}

bool TermReader::Pid(base::Bytes* encoded) {
  if (Tag() != ERL_NEW_PID_EXT && Tag() != ERL_PID_EXT) return false;
  const size_t size = Measure(at_);
  if (size == 0) return false;
  *encoded = term_.substr(at_, size);
  at_ += size;
  return true;
}

bool TermReader::AtList() const {
  return Tag() == ERL_LIST_EXT || Tag() == ERL_NIL_EXT;
}

bool TermReader::Skip() {
  // Counting the terms to come instead of descending: depth costs nothing. Each
  // has at least one byte, so the count is bounded too.
  for (size_t pending = 1; pending > 0; --pending) {
    const size_t size = Measure(at_);
    if (size == 0) return false;
    switch (term_[at_]) {
      case ERL_SMALL_TUPLE_EXT:
        pending += Number(at_ + 1, 1);
        break;
      case ERL_LARGE_TUPLE_EXT:
        pending += Number(at_ + 1, 4);
        break;
      case ERL_LIST_EXT:
        pending += Number(at_ + 1, 4) + 1;  // its tail
        break;
      case ERL_MAP_EXT:
        pending += Number(at_ + 1, 4) * 2;
        break;
      case ERL_EXPORT_EXT:
        pending += 3;
        break;
      default:
        break;
    }
    at_ += size;
    if (pending - 1 > term_.size() - at_) return false;
  }
  return true;
}

}  // namespace rabbit_socks::node
