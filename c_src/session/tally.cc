// SPDX-License-Identifier: MPL-2.0
#include "session/tally.h"

#include <algorithm>

namespace rabbit_socks::session {
namespace {

uint16_t Known(uint16_t code) {
  if (code >= 1000 && code <= 1015) return code;
  if (code >= 3000 && code <= 4999)
    return static_cast<uint16_t>(code - code % 1000);
  return 0;
}

}  // namespace

void Tally::Answered(uint16_t status) {
  ++answers_[std::min(status, kMaxStatus)];
}

void Tally::Ended(uint16_t code) {
  const auto found = std::find(kCodes.begin(), kCodes.end(), Known(code));
  ++ended_[static_cast<size_t>(found - kCodes.begin())];
}

void Tally::AddTo(base::Statistics* statistics) const {
  statistics->accepted += accepted_;
  statistics->refused += refused_;
  for (uint16_t status = 0; status <= kMaxStatus; ++status) {
    if (answers_[status] != 0)
      statistics->answers.emplace_back(status, answers_[status]);
  }
  for (size_t i = 0; i < kCodes.size(); ++i) {
    if (ended_[i] != 0) statistics->ended.emplace_back(kCodes[i], ended_[i]);
  }
}

}  // namespace rabbit_socks::session
