// SPDX-License-Identifier: MPL-2.0
// The small arguments that many commands have. Each reads one term at the
// cursor, ReadClose two, and answers false when it is not what the grammar has
// there.
#ifndef RABBIT_SOCKS_NODE_ARGUMENTS_H_
#define RABBIT_SOCKS_NODE_ARGUMENTS_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/id.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

inline constexpr int64_t kMaxId = (int64_t{1} << 56) - 1;
inline constexpr size_t kMaxRoom = 1024;        // bytes of a room's name
inline constexpr size_t kMaxPosition = 4096;    // each event carries it
inline constexpr size_t kMaxKey = 1024;         // by which broadcasts conflate
inline constexpr int64_t kMaxWindow = 3600000;  // ms

template <class T>
[[nodiscard]] bool ReadNumber(TermReader* term, int64_t min, int64_t max,
                              T* number) {
  int64_t value = 0;
  if (!term->Integer(min, max, &value)) return false;
  *number = static_cast<T>(value);
  return true;
}

[[nodiscard]] inline bool ReadId(TermReader* term, uint64_t* id) {
  return ReadNumber(term, 0, kMaxId, id);
}

[[nodiscard]] inline bool ReadSession(TermReader* term,
                                      base::SessionId* session) {
  return ReadId(term, &session->value);
}

// Code, Reason: the last arguments of all that closes. RFC 6455 section 7.4.
[[nodiscard]] inline bool ReadClose(TermReader* term, uint16_t* code,
                                    base::Bytes* reason) {
  return ReadNumber(term, 1000, 4999, code) && term->Binary(reason);
}

[[nodiscard]] inline bool ReadRoom(TermReader* term, base::Bytes* room) {
  return term->Binary(room) && !room->empty() && room->size() <= kMaxRoom;
}

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_ARGUMENTS_H_
