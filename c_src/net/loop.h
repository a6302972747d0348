// SPDX-License-Identifier: MPL-2.0
// The event loop with the link, the fd channel, listening and connected sockets and one ticker. Sole home of libuv.
//
// The room decides nothing: it tells Events what happened and does what it is told. All calls come from the loop's thread. No call from here runs inside another call
// of the same room: effects asked for in a callback are carried out, and objects are destroyed, after the callback returned.
#ifndef RABBIT_SOCKS_NET_LOOP_H_
#define RABBIT_SOCKS_NET_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace rabbit_socks::net {

// Names a socket in this room only; never reused within 2^40 sockets.
using SocketId = uint64_t;

struct Address {
  std::string text;
  uint16_t port = 0;
};

class Events {
 public:
  virtual ~Events() = default;
  // One packet of the link, without its length word.
  virtual void OnPacket(base::Bytes packet, base::Time now) = 0;
  // EOF or error on the link: the node is gone. garbage: a length word over the limit arrived.
  virtual void OnLinkEnd(bool garbage) = 0;
  // A descriptor from the fd channel; owned by the receiver.
  virtual void OnDescriptor(uint64_t id, int fd, base::Time now) = 0;
  // A connection was accepted on the listening socket `listener` (the id given to Listen). Call Keep or Drop of it before returning.
  virtual void OnConnection(uint64_t listener, SocketId socket, const Address& peer, const Address& local, base::Time now) = 0;
  virtual void OnBytes(SocketId socket, std::span<char> bytes, base::Time now) = 0;
  virtual void OnEnd(SocketId socket, base::Time now) = 0;                    // FIN
  virtual void OnGone(SocketId socket, base::Time now) = 0;                   // closed for good, by whomever; last call for it
  virtual void OnQueued(SocketId socket, size_t queued, base::Time now) = 0;  // bytes not taken by the kernel: rose by a write, or fell
  virtual void OnTick(base::Time now) = 0;                                    // every 100 ms
  // The end of a loop turn in which something happened: send what has gathered.
  virtual void OnTurnEnd(base::Time now) = 0;
};

class Loop {
 public:
  // Opens fds 3 (read) and 4 (write) as the link and connects to the fd channel at `channel_path`. Null when that fails (the reason is on stderr).
  static std::unique_ptr<Loop> Create(const std::string& channel_path, Events* events);
  // Closes every handle and runs the loop until it is empty; uv_loop_close returns 0 (checked).
  ~Loop();

  // Until Stop.
  void Run();
  void Stop();
  base::Time Now() const;

  // Starts accepting on a listening descriptor, which is owned from here on. A listener that is known gets the new descriptor. EMFILE pauses accepting for 100 ms.
  void Listen(uint64_t listener, int fd);
  // Closes our copy.
  void Unlisten(uint64_t listener);
  // Takes a connected descriptor; reading is paused until Resume.
  SocketId Adopt(int fd);

  // Bytes are copied into the socket's buffer; buffers are flushed at the end of the turn with one write each.
  void Write(SocketId socket, base::Bytes bytes);
  // Flush, shut down our side, wait up to 2 s for the peer's FIN (reading and dropping), close; OnGone follows.
  void Finish(SocketId socket);
  // RST; OnGone follows.
  void Reset(SocketId socket);
  void Pause(SocketId socket);
  void Resume(SocketId socket);

  // Queues bytes for fd 4. Never blocks; what the pipe does not take now is kept (bounded by credit) and written when it can.
  void WriteLink(std::string bytes);

 private:
  Loop();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_LOOP_H_
