// SPDX-License-Identifier: MPL-2.0
// What opened a client, kept for the namespaces that it may ask for later.
//
// It is memory of every idle client, and a browser's request has a dozen header
// fields: all its text lies in one allocation, about as long as the request.
#ifndef RABBIT_SOCKS_SESSION_KEPT_REQUEST_H_
#define RABBIT_SOCKS_SESSION_KEPT_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/outbox.h"

namespace rabbit_socks::session {

class KeptRequest {
 public:
  KeptRequest() = default;  // of a client that has no namespaces
  // All but what the client knows itself, `transport` and `generation`, and
  // what each namespace has of its own, `nsp` and `auth`.
  explicit KeptRequest(const base::OpenInfo& info);

  // REQUIRES: there is one
  base::OpenInfo Info() const;
  // Of memory, about.
  size_t bytes() const { return text_.size(); }

 private:
  std::string text_;  // each text behind its size
  const char* protocol_ = "";
  uint32_t parts_ = 0;  // of the path
  uint16_t peer_port_ = 0, local_port_ = 0;
  bool secure_ = false;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_KEPT_REQUEST_H_
