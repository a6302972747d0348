// SPDX-License-Identifier: MPL-2.0
// From hello to exit: whether the node is alive, and how far an orderly stop
// has come. A pure function of what is told.
#ifndef RABBIT_SOCKS_SERVER_LIFECYCLE_H_
#define RABBIT_SOCKS_SERVER_LIFECYCLE_H_

#include <cstddef>

#include "base/time.h"

namespace rabbit_socks::server {

class Lifecycle {
 public:
  static constexpr base::Time kSilence =
      30000;  // without a packet: the node is stuck
  // For close handshakes; then all sockets are finished, which takes at most 2
  // s more.
  static constexpr base::Time kCloseTime = 5500;
  static constexpr base::Time kFinishTime = 2500;

  explicit Lifecycle(base::Time now) : last_packet_(now) {}

  void OnPacket(base::Time now) { last_packet_ = now; }
  void OnHello() { greeted_ = true; }
  void OnStop(base::Time now);
  bool greeted() const { return greeted_; }
  bool stopping() const { return phase_ != Phase::kRunning; }

  enum class Step : unsigned char {
    kGoOn,
    kFinishAll,  // end every socket that is still there
    kStopped,    // exit 0
    kNodeStuck,  // exit 1
  };
  // What is to be done now; call at each tick. `open`: sessions and
  // connections, `sockets`: those not yet closed.
  Step Check(base::Time now, size_t open, size_t sockets);

 private:
  enum class Phase : unsigned char { kRunning, kClosing, kFinishing };
  Phase phase_ = Phase::kRunning;
  bool greeted_ = false;
  base::Time last_packet_;
  base::Time until_ = 0;  // of kClosing and kFinishing
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_LIFECYCLE_H_
