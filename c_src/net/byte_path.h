// SPDX-License-Identifier: MPL-2.0
// How bytes go to and from a socket's descriptor: as they are, or through TLS.
//
// Without TLS it is the system call and nothing else.
#ifndef RABBIT_SOCKS_NET_BYTE_PATH_H_
#define RABBIT_SOCKS_NET_BYTE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "net/send_queue.h"
#include "net/tls_stream.h"

namespace rabbit_socks::net {

class BytePath {
 public:
  // Null: no TLS.
  explicit BytePath(std::unique_ptr<TlsStream> tls) : tls_(std::move(tls)) {}

  enum class Received : uint8_t {
    kBytes,    // *got of them
    kNothing,  // for now
    kEnd,      // FIN; with TLS its close_notify
    kBroken,   // reset, or with TLS any other end
  };
  Received Receive(int fd, std::span<char> buffer, size_t* got);
  // Without TLS, also where there is some: what the peer says is of no interest
  // any more.
  static Received ReceiveRaw(int fd, std::span<char> buffer, size_t* got);
  // Offers all of the queue. False: the descriptor failed.
  [[nodiscard]] bool Flush(int fd, SendQueue* queue, BufferPool* pool);
  // Ends our side. False: when the descriptor is writable again.
  [[nodiscard]] bool End(int fd);
  static void EndRaw(int fd);

  // Receive has something to say whatever the descriptor does.
  bool buffered() const { return tls_ && tls_->HasBuffered(); }
  // The events to watch for when `wanted` is what the socket would do: to go on
  // reading TLS may have to write first, and the reverse.
  int Adjust(int wanted) const;
  bool read_wants_write() const { return tls_ && tls_->read_wants_write(); }
  bool write_wants_read() const { return tls_ && tls_->write_wants_read(); }
  // Null: no TLS.
  TlsStream* tls() const { return tls_.get(); }

 private:
  static bool FlushRaw(int fd, SendQueue* queue, BufferPool* pool);

  std::unique_ptr<TlsStream> tls_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_BYTE_PATH_H_
