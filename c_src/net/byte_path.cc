// SPDX-License-Identifier: MPL-2.0
#include "net/byte_path.h"

#include <sys/socket.h>

#include <cerrno>

#include "net/handle.h"

namespace rabbit_socks::net {

using Step = TlsStream::Step;

BytePath::Received BytePath::ReceiveRaw(int fd, std::span<char> buffer,
                                        size_t* got) {
  ssize_t size = 0;
  do {
    size = recv(fd, buffer.data(), buffer.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size > 0) {
    *got = static_cast<size_t>(size);
    return Received::kBytes;
  }
  if (size == 0) return Received::kEnd;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Received::kNothing
                                                 : Received::kBroken;
}

BytePath::Received BytePath::Receive(int fd, std::span<char> buffer,
                                     size_t* got) {
  if (!tls_) return ReceiveRaw(fd, buffer, got);
  switch (tls_->Read(buffer, got)) {
    case Step::kDone:
      return Received::kBytes;
    case Step::kWait:
      return Received::kNothing;
    case Step::kEnd:
      return Received::kEnd;
    case Step::kBroken:
      break;
  }
  return Received::kBroken;
}

// Not write(): what the kernel does for a file around the sending is several
// percent of a broadcast's time.
bool BytePath::FlushRaw(int fd, SendQueue* queue, BufferPool* pool) {
  if (queue->empty()) return true;
  const base::Bytes bytes = queue->front();
  ssize_t taken = 0;
  do {
    taken = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (taken < 0 && errno == EINTR);
  if (taken < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  queue->Taken(static_cast<size_t>(taken), pool);
  return true;
}

bool BytePath::Flush(int fd, SendQueue* queue, BufferPool* pool) {
  if (!tls_) return FlushRaw(fd, queue, pool);
  while (!queue->empty()) {
    size_t taken = 0;
    const Step step = tls_->Write(queue->front(), &taken);
    if (step == Step::kBroken) return false;
    if (step == Step::kWait) return true;
    queue->Taken(taken, pool);
  }
  return true;
}

bool BytePath::End(int fd) {
  if (tls_ && tls_->End() == Step::kWait) return false;
  EndRaw(fd);
  return true;
}

void BytePath::EndRaw(int fd) { static_cast<void>(shutdown(fd, SHUT_WR)); }

int BytePath::Adjust(int wanted) const {
  const int usual = wanted;
  if ((usual & UV_READABLE) != 0 && read_wants_write())
    wanted = (wanted & ~UV_READABLE) | UV_WRITABLE;
  if ((usual & UV_WRITABLE) != 0 && write_wants_read()) wanted |= UV_READABLE;
  return wanted;
}

}  // namespace rabbit_socks::net
