// SPDX-License-Identifier: MPL-2.0
// Appends terms in Erlang's external format to a string.
//
// Atoms are ASCII constants of at most 255 bytes. Encoded as term_to_binary
// with minor_version 2 does, except that Integer makes bignums of 28 to 32
// bits.
#ifndef RABBIT_SOCKS_NODE_TERM_WRITER_H_
#define RABBIT_SOCKS_NODE_TERM_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace rabbit_socks::node {

class TermWriter {
 public:
  // `out` must outlive this.
  explicit TermWriter(std::string* out) : out_(out) {}

  void Tuple(uint32_t arity);
  void Map(uint32_t pairs);
  void Atom(base::Bytes name);
  void Boolean(bool value) { Atom(value ? "true" : "false"); }
  void Integer(uint64_t value);
  void Signed(int64_t value);
  // REQUIRES: it is finite
  void Double(double value);
  // REQUIRES: bytes.size() < 2^32
  void Binary(base::Bytes bytes);
  // What is encoded already, such as a pid.
  void Raw(base::Bytes encoded) { out_->append(encoded); }

  // A list of a size known in advance: its head, the elements, ListEnd. A list
  // of none is ListEnd alone.
  void ListHead(uint32_t size);
  void ListEnd();
  // A list of 1 to 65,535 integers below 256: one byte each is to follow, and
  // no ListEnd.
  void PackedListHead(uint16_t size);
  // Puts another size into the head of a list or a map that lies at `at` in
  // `out`.
  void PatchHead(size_t at, uint32_t size);

 private:
  void BigEndian(uint64_t number, size_t bytes);

  std::string* out_;
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_TERM_WRITER_H_
