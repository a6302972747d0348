// SPDX-License-Identifier: MPL-2.0
// Where a descriptor of the fd channel and the command that says what it is for
// meet, whichever comes first.
//
// Both ways keep their order, so that the first command of an Id is for its
// first descriptor. What has waited for 10 s is given up, and so is a
// descriptor that comes when 256 wait: a descriptor is worth a connection.
#ifndef RABBIT_SOCKS_SERVER_RENDEZVOUS_H_
#define RABBIT_SOCKS_SERVER_RENDEZVOUS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace rabbit_socks::server {

struct Want {
  enum class Kind : unsigned char {
    kListen,
    kAdopt,    // buffer: what was read beyond the head
    kNothing,  // the command was taken back: close it
  };
  Kind kind = Kind::kNothing;
  std::string buffer;
};

class Rendezvous {
 public:
  static constexpr base::Time kPatience = 10000;
  static constexpr size_t kMaxDescriptors = 256;

  Rendezvous() = default;
  ~Rendezvous();
  Rendezvous(const Rendezvous&) = delete;
  Rendezvous& operator=(const Rendezvous&) = delete;

  // A command. The descriptor when it is here, owned by the caller; otherwise
  // the command waits.
  std::optional<int> Ask(uint64_t id, Want want, base::Time now);
  enum class Arrival : unsigned char { kMet, kWaits, kRefused };
  // A descriptor. kMet: *want says what it is for and the caller owns it.
  // Otherwise it is owned, or closed, here.
  Arrival Bring(uint64_t id, int fd, base::Time now, Want* want);
  // Takes back every command of that id; the descriptors that come for them are
  // for nothing.
  void Cancel(uint64_t id);

  struct Expired {
    std::vector<std::pair<uint64_t, Want>> commands;
    std::vector<uint64_t> descriptors;  // closed
  };
  Expired Expire(base::Time now);

  size_t descriptors() const { return descriptors_; }

 private:
  struct Command {
    Want want;
    base::Time until;
  };
  struct Descriptor {
    int fd;
    base::Time until;
  };
  // At most one of the two has entries.
  struct Place {
    std::deque<Command> commands;
    std::deque<Descriptor> descriptors;
  };
  std::unordered_map<uint64_t, Place> places_;
  size_t descriptors_ = 0;
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_RENDEZVOUS_H_
