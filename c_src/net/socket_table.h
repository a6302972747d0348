// SPDX-License-Identifier: MPL-2.0
// All connected sockets: by id, and what is to be done with them at the end of
// the turn.
#ifndef RABBIT_SOCKS_NET_SOCKET_TABLE_H_
#define RABBIT_SOCKS_NET_SOCKET_TABLE_H_

#include <cstddef>
#include <memory>

#include "base/slot_map.h"
#include "net/socket.h"

namespace rabbit_socks::net {

class SocketTable {
 public:
  SocketTable(uv_loop_t* loop, Events* events);

  // Takes `fd`. An id of none when it cannot be watched.
  SocketId Open(int fd, bool paused, std::unique_ptr<TlsStream> tls = nullptr);
  // Null: gone. The pointer is good until Reap.
  Socket* Find(SocketId id) const { return sockets_.Find(id); }

  bool busy() const {
    return !context_.dirty.empty() || !context_.doomed.empty();
  }
  // Writes, ends and reads on: what was asked for since the last call.
  void Settle();
  // Settles before the turn's end if so much has been gathered that it should
  // not wait: one turn may have many messages for many sockets.
  void Relieve();
  // Destroys the doomed and tells of each.
  void Reap();
  void Tick(base::Time now);
  size_t size() const { return sockets_.size(); }

 private:
  std::unique_ptr<char[]> read_buffer_;
  SocketContext context_;
  base::SlotMap<Socket, SocketId> sockets_;
  bool settling_ = false;
  std::vector<SocketId>
      batch_;  // the list being worked on, kept for its memory
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SOCKET_TABLE_H_
