// SPDX-License-Identifier: MPL-2.0
// What the room tells its owner.
//
// All calls come from the loop's thread. No call runs inside a call into the
// room: effects asked for in a callback are carried out, and objects are
// destroyed, after it returned.
#ifndef RABBIT_SOCKS_NET_EVENTS_H_
#define RABBIT_SOCKS_NET_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/time.h"
#include "net/address.h"
#include "net/socket_id.h"

namespace rabbit_socks::net {

class Events {
 public:
  virtual ~Events() = default;
  // One packet of the link, without its length word.
  virtual void OnPacket(base::Bytes packet, base::Time now) = 0;
  // EOF or error on the link or the fd channel: the node is gone. garbage: a
  // length word over the limit arrived.
  virtual void OnLinkEnd(bool garbage) = 0;
  // A descriptor from the fd channel; owned by the receiver.
  virtual void OnDescriptor(uint64_t id, int fd, base::Time now) = 0;
  // A connection was accepted on the listening socket `listener` (the id given
  // to Listen). It is read from after this returns, unless it was paused,
  // finished or reset. Where the listener speaks TLS the handshake comes first:
  // until OnSecured nothing can be written, and Finish is Reset.
  virtual void OnConnection(uint64_t listener, SocketId socket,
                            const Address& peer, const Address& local,
                            base::Time now) = 0;
  // The TLS handshake is done. `certificate` is the client's as DER; empty: it
  // showed none.
  virtual void OnSecured(SocketId socket, base::Bytes certificate,
                         base::Time now) = 0;
  // The TLS handshake failed; OnGone follows. `why` is one line, nothing that
  // the peer has chosen.
  virtual void OnHandshakeFailed(SocketId socket, base::Bytes why,
                                 base::Time now) = 0;
  virtual void OnBytes(SocketId socket, std::span<char> bytes,
                       base::Time now) = 0;
  virtual void OnEnd(SocketId socket, base::Time now) = 0;  // FIN
  virtual void OnGone(
      SocketId socket,
      base::Time now) = 0;  // closed for good, by whomever; the last
  // Bytes not taken by the kernel: after every turn with a write, also when it
  // took all of them, and whenever it takes more.
  virtual void OnQueued(SocketId socket, size_t queued, base::Time now) = 0;
  virtual void OnTick(base::Time now) = 0;  // every 100 ms
  // The end of a loop turn: send what has gathered. May be called more than
  // once in a turn.
  virtual void OnTurnEnd(base::Time now) = 0;
  // Something that the operator should know, one line; no bytes of a peer.
  virtual void OnWarning(base::Bytes text) = 0;
  // Of a listener's TLS, where the operator has to mend something or should
  // know.
  virtual void OnTlsReport(uint64_t listener, bool error, base::Bytes text) = 0;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_EVENTS_H_
