// SPDX-License-Identifier: MPL-2.0
// The event loop with the link, the fd channel, listening and connected sockets
// and one ticker. Sole home of libuv.
//
// The room decides nothing: it tells Events (net/events.h) what happened and
// does what it is told. Effects asked for in a callback are carried out at the
// end of the turn. Time stands still within a turn.
#ifndef RABBIT_SOCKS_NET_LOOP_H_
#define RABBIT_SOCKS_NET_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "net/events.h"
#include "net/socket_id.h"

namespace rabbit_socks::net {

// Where the node is reached. Every descriptor is owned by the loop from Create
// on.
struct NodeEnds {
  int link_in = 3;          // read
  int link_out = 4;         // written
  uint32_t max_packet = 0;  // a longer packet is garbage
  std::string channel_path;
};

class TlsSource;

class Loop {
 public:
  // Null when an end cannot be opened: *error then says which and why, on one
  // line. Ignores SIGPIPE for the process.
  static std::unique_ptr<Loop> Create(const NodeEnds& ends, Events* events,
                                      std::string* error);
  // Closes every handle and runs the loop until it is empty; uv_loop_close
  // returns 0 (checked). No event is told.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until Stop; what was written before Stop is flushed as far as the kernel
  // takes it.
  void Run();
  void Stop();
  // Of the turn under way.
  base::Time Now() const;

  // Starts accepting on a listening descriptor, which is owned from here on. A
  // listener that is known gets the new descriptor. EMFILE pauses accepting for
  // 100 ms. False: the descriptor is no listening socket, and is closed.
  [[nodiscard]] bool Listen(uint64_t listener, int fd);
  // Connections that `listener` accepts from now on speak TLS with what
  // `source` says then; null: they do not. Call before Listen.
  void SetTls(uint64_t listener, std::shared_ptr<TlsSource> source);
  // Closes our copy.
  void Unlisten(uint64_t listener);
  // Takes a connected descriptor; reading is paused until Resume. An id of
  // none: it is no TCP socket, and is closed.
  SocketId Adopt(int fd);

  // Bytes are copied into the socket's buffer; buffers are flushed at the end
  // of the turn with one write each.
  void Write(SocketId socket, base::Bytes bytes);
  // Flushes now if that is much already. Events come of it as at the turn's
  // end.
  void Relieve();
  // Flush, shut down our side, wait up to 2 s for the peer's FIN (reading and
  // dropping), close; OnGone follows.
  void Finish(SocketId socket);
  // RST; OnGone follows.
  void Reset(SocketId socket);
  void Pause(SocketId socket);
  void Resume(SocketId socket);
  // Connected sockets, those that are finishing too.
  size_t sockets() const;

  // Queues whole packets with their length words for the node. Never blocks;
  // what the pipe does not take now is kept (bounded by credit) and written
  // when it can.
  void WriteLink(std::string bytes);
  // Bytes not yet taken by the node.
  size_t link_queued() const;

 private:
  Loop();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_LOOP_H_
