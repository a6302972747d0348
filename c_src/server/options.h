// SPDX-License-Identifier: MPL-2.0
// The configuration of a listener as the node sends it, made into what the
// session room takes.
//
// Keys are the member names of session::Limits and the structs in it;
// docs/CONFIGURATION.md describes them and rabbit_socks_options checks the same
// ranges, so a problem here is a fault of the node's side.
#ifndef RABBIT_SOCKS_SERVER_OPTIONS_H_
#define RABBIT_SOCKS_SERVER_OPTIONS_H_

#include <string>
#include <vector>

#include "base/bytes.h"
#include "node/messages.h"
#include "session/config.h"

namespace rabbit_socks::server {

// One limit and its range.
struct Option {
  base::Bytes key;
  int64_t min, max;
  void (*set)(session::Limits*, int64_t);
};

// Every limit there is.
const std::vector<Option>& Options();

// Routes and limits; not the pages, which are read from files. What cannot be
// used keeps its default, and *problems gets a line about it.
session::ListenerConfig ToListenerConfig(const node::Config& config,
                                         std::vector<std::string>* problems);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_OPTIONS_H_
