// SPDX-License-Identifier: MPL-2.0
#include "server/lifecycle.h"

namespace rabbit_socks::server {

void Lifecycle::OnStop(base::Time now) {
  if (stopping()) return;
  phase_ = Phase::kClosing;
  until_ = now + kCloseTime;
}

Lifecycle::Step Lifecycle::Check(base::Time now, size_t open, size_t sockets) {
  switch (phase_) {
    case Phase::kRunning:
      return now - last_packet_ >= kSilence ? Step::kNodeStuck : Step::kGoOn;
    case Phase::kClosing:
      if (open > 0 && now < until_) return Step::kGoOn;
      if (sockets == 0) return Step::kStopped;
      phase_ = Phase::kFinishing;
      until_ = now + kFinishTime;
      return Step::kFinishAll;
    case Phase::kFinishing:
      return sockets == 0 || now >= until_ ? Step::kStopped : Step::kGoOn;
  }
  return Step::kGoOn;
}

}  // namespace rabbit_socks::server
