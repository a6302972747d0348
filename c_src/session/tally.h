// SPDX-License-Identifier: MPL-2.0
// What has happened to connections, requests and sessions, by number. Peers and
// callback modules may choose numbers of their own: what there are counts of is
// bounded whatever they do.
#ifndef RABBIT_SOCKS_SESSION_TALLY_H_
#define RABBIT_SOCKS_SESSION_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/statistics.h"

namespace rabbit_socks::session {

class Tally {
 public:
  void Accepted() { ++accepted_; }
  void Refused() { ++refused_; }
  // A request, with this HTTP status; that of an upgrade is 101.
  void Answered(uint16_t status);
  // A session. Codes of RFC 6455 section 7.4.1 count for themselves, others as
  // 3000 (of libraries and frameworks), 4000 (of applications) or 0.
  void Ended(uint16_t code);

  // Adds those that are not 0, in the order of their numbers.
  void AddTo(base::Statistics* statistics) const;

 private:
  static constexpr uint16_t kMaxStatus = 599;
  static constexpr std::array<uint16_t, 19> kCodes = {
      0,    1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008,
      1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 4000};

  uint64_t accepted_ = 0;
  uint64_t refused_ = 0;
  std::array<uint64_t, kMaxStatus + 1> answers_{};
  std::array<uint64_t, kCodes.size()> ended_{};
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_TALLY_H_
