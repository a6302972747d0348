// SPDX-License-Identifier: MPL-2.0
// TLS on one connected socket: bytes in the clear on this side.
//
// A call that is kBroken is not made again; after a Write that is, what was
// received before can still be read.
#ifndef RABBIT_SOCKS_NET_TLS_STREAM_H_
#define RABBIT_SOCKS_NET_TLS_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "net/tls_context.h"

namespace rabbit_socks::net {

class TlsStream {
 public:
  enum class Step : uint8_t {
    kDone,
    kWait,    // for the descriptor
    kEnd,     // of what the peer says: its close_notify came
    kBroken,  // a fault of the peer's, a reset, or an end without close_notify
  };

  // `fd`, non-blocking, is the owner's and outlives this. Null: no memory.
  static std::unique_ptr<TlsStream> Accept(
      std::shared_ptr<const TlsContext> context, int fd);

  Step Handshake();
  // The client's certificate as DER; "" when it showed none. REQUIRES: the
  // handshake is done
  std::string PeerCertificate() const;

  // As many bytes as are there and fit, out of however many records. kDone:
  // *got of them, at least one. What came before the end or a fault is told
  // before it.
  Step Read(std::span<char> buffer, size_t* got);
  // True: Read has something to say although the descriptor may be silent (row
  // T06).
  bool HasBuffered() const { return buffered_ || after_ != Step::kDone; }
  // kDone: *taken bytes were written, at least one and perhaps not all. After
  // kWait the same bytes come again, perhaps at another place and with more
  // after them (row T05).
  Step Write(base::Bytes bytes, size_t* taken);
  // Sends our close_notify. kDone or kWait; a fault is kDone, as there is
  // nothing left to lose.
  Step End();

  // What the last kWait of each kind waits for; otherwise it is the
  // descriptor's usual readiness.
  bool read_wants_write() const { return read_wants_write_; }
  bool write_wants_read() const { return write_wants_read_; }

  // Why it is kBroken: one line, nothing that the peer has chosen.
  const std::string& fault() const { return fault_; }

 private:
  TlsStream(std::shared_ptr<const TlsContext> context, Ssl ssl)
      : context_(std::move(context)), ssl_(std::move(ssl)) {}
  // What a call that returned `result` came to.
  Step Judge(int result, bool* wants_other, int other);

  std::shared_ptr<const TlsContext> context_;
  Ssl ssl_;
  Step after_ = Step::kDone;  // of Read: kEnd or kBroken is to be told
  bool buffered_ = false;     // more was received than Read had room for
  bool read_wants_write_ = false;
  bool write_wants_read_ = false;
  std::string fault_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_STREAM_H_
