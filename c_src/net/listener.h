// SPDX-License-Identifier: MPL-2.0
// Accepting on a listening socket that the node opened and still owns.
//
// The socket and its backlog are the node's: we never call listen(), so neither
// is changed here. When descriptors or memory run out, accepting rests for 100
// ms and the clients wait in the backlog (attack row R01); libuv's own accept
// would close them.
#ifndef RABBIT_SOCKS_NET_LISTENER_H_
#define RABBIT_SOCKS_NET_LISTENER_H_

#include <sys/socket.h>

#include <cstdint>

#include "base/time.h"
#include "net/events.h"
#include "net/watch.h"

namespace rabbit_socks::net {

class Acceptor {
 public:
  // `fd` is owned by the receiver, non-blocking and closed on exec.
  virtual void Accepted(uint64_t listener, int fd,
                        const sockaddr_storage& peer) = 0;

 protected:
  ~Acceptor() = default;
};

class Listener final : public Watched {
 public:
  Listener(uv_loop_t* loop, uint64_t id, Acceptor* acceptor, Events* events)
      : loop_(loop), id_(id), acceptor_(acceptor), events_(events) {}

  // Takes `fd`. False when it is no listening stream socket of IP.
  [[nodiscard]] bool Open(int fd);
  // No connection is accepted after this. The object may be destroyed at the
  // end of the turn.
  void Close() { watch_.Close(); }
  // Ends a rest that is over. Call ten times a second.
  void Tick(base::Time now);
  void OnReady(int status, int events) override;

 private:
  void Rest();

  uv_loop_t* loop_;
  uint64_t id_;
  Acceptor* acceptor_;
  Events* events_;
  Watch watch_;
  base::Time resume_at_ = 0;  // 0: accepting
  base::Time warn_after_ = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_LISTENER_H_
