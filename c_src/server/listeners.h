// SPDX-License-Identifier: MPL-2.0
// The node's commands about listeners.
#ifndef RABBIT_SOCKS_SERVER_LISTENERS_H_
#define RABBIT_SOCKS_SERVER_LISTENERS_H_

#include <unordered_set>

#include "base/bytes.h"
#include "base/id.h"
#include "base/time.h"
#include "node/messages.h"
#include "server/core.h"

namespace rabbit_socks::server {

class Listeners {
 public:
  explicit Listeners(Core* core) : core_(core) {}

  void Configure(base::ListenerId listener, const node::Config& config);
  // Configure, and accept on the descriptor that comes or has come.
  void Listen(base::ListenerId listener, const node::Config& config,
              base::Time now);
  // The descriptor that Listen waits for; owned from here on.
  void Met(base::ListenerId listener, int fd);
  void Unlisten(base::ListenerId listener);
  void UnlistenAll();
  void Remove(base::ListenerId listener, uint16_t code, base::Bytes reason,
              base::Time window, base::Time now);

 private:
  void SetTls(base::ListenerId listener, const node::Config& config);

  Core* core_;
  std::unordered_set<base::ListenerId> known_;  // listen came and no unlisten
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_LISTENERS_H_
