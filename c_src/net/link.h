// SPDX-License-Identifier: MPL-2.0
// The two ends of the link with the node: packets in, bytes out. Not more than
// polled pipes; docs/PORT_PROTOCOL.md is what travels on them.
#ifndef RABBIT_SOCKS_NET_LINK_H_
#define RABBIT_SOCKS_NET_LINK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "net/buffer_pool.h"
#include "net/events.h"
#include "net/packet_buffer.h"
#include "net/send_queue.h"
#include "net/watch.h"

namespace rabbit_socks::net {

class LinkReader final : public Watched {
 public:
  LinkReader(uv_loop_t* loop, Events* events, uint32_t max_packet)
      : loop_(loop), events_(events), buffer_(max_packet) {}

  // Takes `fd`. 0 or a negative libuv code.
  [[nodiscard]] int Open(int fd);
  void OnReady(int status, int events) override;

 private:
  void DeliverPackets();
  void End(bool garbage);

  uv_loop_t* loop_;
  Events* events_;
  PacketBuffer buffer_;
  Watch watch_;
};

class LinkWriter final : public Watched {
 public:
  LinkWriter(uv_loop_t* loop, Events* events) : loop_(loop), events_(events) {}

  // Takes `fd`. 0 or a negative libuv code.
  [[nodiscard]] int Open(int fd);
  void Write(std::string bytes) { queue_.AppendOwned(std::move(bytes)); }
  // One write; what the pipe does not take goes when it can. Call at the end of
  // each turn.
  void Flush();
  size_t queued() const { return queue_.size(); }
  void OnReady(int status, int events) override;

 private:
  uv_loop_t* loop_;
  Events* events_;
  BufferPool pool_;
  SendQueue queue_;
  Watch watch_;
  bool full_ = false;
  bool broken_ = false;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_LINK_H_
