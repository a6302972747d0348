// SPDX-License-Identifier: MPL-2.0
// Requests and connections of the broker's web context, named by a Ref.
//
// A request is answered, or switched; then the node either passes the connected
// descriptor (adopt: from here on it is an ordinary connection) or relays its
// bytes, the first of them, which may be none, at once.
#ifndef RABBIT_SOCKS_SERVER_RELAYS_H_
#define RABBIT_SOCKS_SERVER_RELAYS_H_

#include <string>

#include "base/bytes.h"
#include "base/id.h"
#include "base/time.h"
#include "node/messages.h"
#include "server/core.h"

namespace rabbit_socks::server {

class Relays {
 public:
  // Bytes that a relay may send while the session room wants none: those that
  // were on the way when the node was told to pause. The node lets 4 MiB wait
  // for the link (rabbit_socks_link), which may all be of one relay, and the
  // pipe and its port hold some more.
  static constexpr size_t kMaxHeld = 8 << 20;

  explicit Relays(Core* core) : core_(core) {}

  void Request(uint64_t ref, base::ListenerId listener,
               node::RelayedRequest request, base::Time now);
  // Of another node, for our client `name`. Where there is none, that is told
  // by the end of an answer that has not begun.
  void Forwarded(uint64_t ref, base::Bytes name, node::RelayedRequest request,
                 base::Time now);
  void Adopt(uint64_t ref, base::Bytes buffer, base::Time now);
  // The descriptor that Adopt waits for; owned from here on.
  void Met(uint64_t ref, int fd, base::Bytes buffer, base::Time now);
  // The descriptor did not come.
  void GiveUp(uint64_t ref, base::Time now);
  void Bytes(uint64_t ref, base::Bytes bytes, base::Time now);
  void Gone(uint64_t ref, base::Time now);

 private:
  // False: our node has erred.
  bool IsNew(uint64_t ref);
  // A relay that is still one of ours, after the hub has been called.
  Relay* Still(uint64_t ref, base::ConnectionId id);
  void Forget(uint64_t ref, base::ConnectionId id, base::Time now);
  void Feed(base::ConnectionId id, base::Bytes bytes, base::Time now);

  Core* core_;
  std::string scratch_;  // the session room changes bytes in place, those of a
                         // packet must stay
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_RELAYS_H_
