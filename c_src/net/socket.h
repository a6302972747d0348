// SPDX-License-Identifier: MPL-2.0
// One connected socket.
//
// Calls only note what is wanted and mark the socket dirty; Settle, at the end
// of the turn, carries it out: one write however much was gathered, then the
// end of our side if that is asked for. An idle socket holds no buffer.
//
// With TLS the handshake comes first, within 5 s (attack row T01); OnSecured
// follows it.
#ifndef RABBIT_SOCKS_NET_SOCKET_H_
#define RABBIT_SOCKS_NET_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "net/buffer_pool.h"
#include "net/byte_path.h"
#include "net/events.h"
#include "net/send_queue.h"
#include "net/socket_id.h"
#include "net/watch.h"

namespace rabbit_socks::net {

// What all sockets of a loop share; outlives them.
struct SocketContext {
  uv_loop_t* loop;
  Events* events;
  std::span<char> read_buffer;
  BufferPool pool;
  std::vector<SocketId> dirty;      // to be settled
  std::vector<SocketId> lingering;  // have a deadline: those that shake hands,
                                    // and those that are finishing
  std::vector<SocketId> doomed;     // to be destroyed
  int handshakes = 0;               // steps of them in this turn
  size_t gathered = 0;              // bytes, since sockets were last settled

  base::Time now() const { return uv_now(loop); }
};

class Socket final : public Watched {
 public:
  // `tls`, if there is any, is of the descriptor that Open takes.
  Socket(SocketContext* context, bool paused, std::unique_ptr<TlsStream> tls)
      : context_(context), path_(std::move(tls)), paused_(paused) {}
  ~Socket();

  // Takes `fd`, a non-blocking TCP socket. 0 or a negative libuv code.
  [[nodiscard]] int Open(int fd) {
    return watch_.Open(context_->loop, fd, this);
  }
  // Call once, before anything else but Open.
  void Start(SocketId id);

  void Write(base::Bytes bytes);
  // Flush, end our side, wait up to 2 s for the peer's end, close. A flush that
  // makes no progress for 30 s is given up. Before the handshake is done there
  // is nothing to be said: a reset.
  void Finish();
  void Reset();
  void SetPaused(bool paused);

  void Settle();
  // False: no longer lingering.
  bool CheckDeadline(base::Time now);
  void OnReady(int status, int events) override;

 private:
  enum class Phase : uint8_t {
    kHandshake,
    kOpen,
    kFlushing,  // Finish was asked for; what is received is dropped
    kDraining,  // our side has ended
    kDoomed,    // to be destroyed at the end of the turn
  };

  void ShakeHands();
  // False: there is nothing more for now.
  bool ReadOnce();
  void Broken();
  void Doom(bool reset);
  void MarkDirty();
  int Wanted() const;

  SocketContext* context_;
  SocketId id_;
  Watch watch_;
  BytePath path_;
  SendQueue queue_;
  size_t reported_ = 0;      // what OnQueued was last told
  base::Time deadline_ = 0;  // of all phases but kOpen
  Phase phase_ = Phase::kOpen;
  bool paused_;
  bool dirty_ = false;
  bool reset_ = false;
  bool peer_ended_ = false;  // its FIN was read
  bool hung_up_ = false;     // its FIN was noticed while paused
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SOCKET_H_
