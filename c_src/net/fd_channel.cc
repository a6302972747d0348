// SPDX-License-Identifier: MPL-2.0
#include "net/fd_channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace rabbit_socks::net {
namespace {

constexpr size_t kIdSize = 8;
// Room for more descriptors than a message may have, so that a wrong message is
// seen as one and its descriptors are closed.
constexpr size_t kMaxDescriptors = 4;
constexpr int kMessagesPerWake = 64;

struct Descriptors {
  std::array<int, kMaxDescriptors> fds{};
  size_t count = 0;
};

Descriptors TakeDescriptors(msghdr* message) {
  Descriptors taken;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr;
       c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count && taken.count < kMaxDescriptors; ++i) {
      std::memcpy(&taken.fds[taken.count], CMSG_DATA(c) + i * sizeof(int),
                  sizeof(int));
      ++taken.count;
    }
  }
  return taken;
}

uint64_t ReadId(const std::array<unsigned char, kIdSize + 1>& bytes) {
  uint64_t id = 0;
  for (size_t i = 0; i < kIdSize; ++i) id = (id << 8) | bytes[i];
  return id;
}

}  // namespace

int FdChannel::Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return UV_ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0) {
    const int error = uv_translate_sys_error(errno);
    close(fd);
    return error;
  }
  const int error = watch_.Open(loop_, fd, this);
  if (error == 0) watch_.Want(UV_READABLE);
  return error;
}

void FdChannel::OnReady(int /*status*/, int /*events*/) {
  for (int i = 0; i < kMessagesPerWake; ++i) {
    switch (ReceiveOne()) {
      case Received::kMessage:
        break;
      case Received::kNothing:
        return;
      case Received::kEnd:
        watch_.Close();
        events_->OnLinkEnd(false);
        return;
    }
  }
}

FdChannel::Received FdChannel::ReceiveOne() {
  std::array<unsigned char, kIdSize + 1> bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)>
      control{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = recvmsg(watch_.fd(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? Received::kNothing
                                                   : Received::kEnd;
  const Descriptors taken = TakeDescriptors(&message);
  if (got == 0 && taken.count == 0) return Received::kEnd;
  const bool whole = static_cast<size_t>(got) == kIdSize && taken.count == 1 &&
                     (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if (whole) {
    events_->OnDescriptor(ReadId(bytes), taken.fds[0], uv_now(loop_));
    return Received::kMessage;
  }
  for (size_t i = 0; i < taken.count; ++i) close(taken.fds[i]);
  events_->OnWarning(
      (message.msg_flags & MSG_CTRUNC) != 0
          ? "a passed descriptor was lost: the limit of open files is reached"
          : "a malformed message on the descriptor channel was dropped");
  return Received::kMessage;
}

}  // namespace rabbit_socks::net
