// SPDX-License-Identifier: MPL-2.0
#include "node/term_writer.h"

#include <ei.h>

#include <bit>
#include <limits>

namespace rabbit_socks::node {
namespace {

// The longest that one ei_encode call here makes: a 64-bit bignum has 11.
constexpr size_t kMaxHead = 16;

// Runs one ei_encode call on a buffer of its own: ei knows no capacity.
template <class Encode>
void Append(std::string* out, Encode&& encode) {
  char head[kMaxHead];
  int size = 0;
  encode(head, &size);
  out->append(head, static_cast<size_t>(size));
}

}  // namespace

void TermWriter::Tuple(uint32_t arity) {
  Append(out_, [&](char* head, int* size) {
    ei_encode_tuple_header(head, size, static_cast<int>(arity));
  });
}

void TermWriter::Map(uint32_t pairs) {
  Append(out_, [&](char* head, int* size) {
    ei_encode_map_header(head, size, static_cast<int>(pairs));
  });
}

void TermWriter::Integer(uint64_t value) {
  Append(out_, [&](char* head, int* size) {
    ei_encode_ulonglong(head, size, value);
  });
}

// Not by ei_encode_longlong: see the head of term_writer.h.
void TermWriter::Signed(int64_t value) {
  const bool byte = value >= 0 && value <= 0xFF;
  const bool word = value >= std::numeric_limits<int32_t>::min() &&
                    value <= std::numeric_limits<int32_t>::max();
  auto bits = static_cast<uint64_t>(value);
  if (byte) {
    out_->push_back(ERL_SMALL_INTEGER_EXT);
    out_->push_back(static_cast<char>(value));
  } else if (word) {
    out_->push_back(ERL_INTEGER_EXT);
    BigEndian(bits, 4);
  } else {
    if (value < 0) bits = ~bits + 1;
    const auto size = static_cast<size_t>(71 - std::countl_zero(bits)) / 8;
    out_->push_back(ERL_SMALL_BIG_EXT);
    out_->push_back(static_cast<char>(size));
    out_->push_back(value < 0 ? '\1' : '\0');
    for (size_t i = 0; i < size; ++i, bits >>= 8) {
      out_->push_back(static_cast<char>(bits));
    }
  }
}

void TermWriter::Double(double value) {
  out_->push_back(NEW_FLOAT_EXT);
  BigEndian(std::bit_cast<uint64_t>(value), 8);
}

// Not by ei_encode_atom: which of the encodings it takes depends on its
// release.
void TermWriter::Atom(base::Bytes name) {
  out_->push_back(ERL_SMALL_ATOM_UTF8_EXT);
  out_->push_back(static_cast<char>(name.size()));
  out_->append(name);
}

// Not by ei_encode_binary: it would need the room to be filled before it
// writes.
void TermWriter::Binary(base::Bytes bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  const char head[] = {ERL_BINARY_EXT, static_cast<char>(size >> 24),
                       static_cast<char>(size >> 16),
                       static_cast<char>(size >> 8), static_cast<char>(size)};
  out_->append(head, sizeof head);
  out_->append(bytes);
}

void TermWriter::BigEndian(uint64_t number, size_t bytes) {
  for (size_t shift = 8 * bytes; shift > 0; shift -= 8) {
    out_->push_back(static_cast<char>(number >> (shift - 8)));
  }
}

void TermWriter::ListHead(uint32_t size) {
  if (size == 0) return;
  Append(out_, [&](char* head, int* end) {
    ei_encode_list_header(head, end, static_cast<int>(size));
  });
}

void TermWriter::ListEnd() { out_->push_back(ERL_NIL_EXT); }

void TermWriter::PackedListHead(uint16_t size) {
  out_->push_back(ERL_STRING_EXT);
  BigEndian(size, 2);
}

void TermWriter::PatchHead(size_t at, uint32_t size) {
  for (size_t i = 4; i > 0; --i, size >>= 8) {
    (*out_)[at + i] = static_cast<char>(size);
  }
}

}  // namespace rabbit_socks::node
