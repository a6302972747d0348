// SPDX-License-Identifier: MPL-2.0
// A cursor over one term in Erlang's external format that never leaves its
// bytes.
//
// ei_decode_* takes no length and trusts what it reads. So each call here first
// measures the element at the cursor against what is left of the packet, and
// only then lets ei decode it (attack row K01). Nothing recurses. Every call
// answers false when the element is of another kind or does not fit; the cursor
// is then of no more use. Views live as long as the packet.
#ifndef RABBIT_SOCKS_NODE_TERM_READER_H_
#define RABBIT_SOCKS_NODE_TERM_READER_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace rabbit_socks::node {

class TermReader {
 public:
  // REQUIRES: term.size() < 2^31, as ei counts in int
  explicit TermReader(base::Bytes term) : term_(term) {}

  [[nodiscard]] bool Version();
  // A tuple of just that arity.
  [[nodiscard]] bool Tuple(uint32_t arity);
  [[nodiscard]] bool AnyTuple(uint32_t* arity);
  // Tells of how many elements; after them call ListEnd when there was at least
  // one. A list of small integers, which Erlang packs as a string, is none of
  // the grammar's lists: false.
  [[nodiscard]] bool List(uint32_t* size);
  [[nodiscard]] bool ListEnd();
  [[nodiscard]] bool Map(uint32_t* pairs);
  [[nodiscard]] bool Integer(int64_t min, int64_t max, int64_t* value);
  // Of an integer that Integer has no room for: its bytes, the lowest first.
  [[nodiscard]] bool Bignum(bool* negative, base::Bytes* magnitude);
  // Finite, as all of Erlang's are.
  [[nodiscard]] bool Double(double* value);
  // The grammar's names are ASCII: another name is false.
  [[nodiscard]] bool Atom(base::Bytes* name);
  // An atom of any name, as UTF-8 when its bytes are so or else as Latin-1,
  // which older nodes write.
  [[nodiscard]] bool AnyAtom(base::Bytes* name, bool* latin);
  [[nodiscard]] bool Boolean(bool* value);
  [[nodiscard]] bool Binary(base::Bytes* bytes);
  // A list of small integers in the form of a string: a byte each.
  [[nodiscard]] bool PackedList(base::Bytes* bytes);
  // The pid as it is encoded, to be sent back as it is.
  [[nodiscard]] bool Pid(base::Bytes* encoded);
  // Steps over one whole term of any kind that term_to_binary writes.
  [[nodiscard]] bool Skip();

  // The tag at the cursor; at the end a zero, which is none.
  char Tag() const { return at_ < term_.size() ? term_[at_] : '\0'; }
  bool AtList() const;
  bool AtAtom() const { return MeasureAtomHead(at_) != 0; }
  bool AtEnd() const { return at_ == term_.size(); }

 private:
  // Bytes of the element at `at`, without the elements it contains; 0 when it
  // is not whole or of no known kind.
  size_t Measure(size_t at) const;
  // Of an atom of two kinds: its head.
  size_t MeasureAtomHead(size_t at) const;
  // Of a tag and more, `before` bytes; an atom; `after` bytes.
  size_t MeasureNamed(size_t at, size_t before, size_t after) const;
  bool Fits(size_t at, size_t size) const {
    return at <= term_.size() && size <= term_.size() - at;
  }
  // A big-endian number. REQUIRES: it fits
  size_t Number(size_t at, size_t bytes) const;

  base::Bytes term_;
  size_t at_ = 0;
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_TERM_READER_H_
