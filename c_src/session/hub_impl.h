// SPDX-License-Identifier: MPL-2.0
// What the hub is inside, and how each of its methods begins and ends.
#ifndef RABBIT_SOCKS_SESSION_HUB_IMPL_H_
#define RABBIT_SOCKS_SESSION_HUB_IMPL_H_

#include <algorithm>
#include <memory>

#include "session/holding.h"
#include "session/hub.h"
#include "session/requests.h"
#include "session/tables.h"
#include "session/wire.h"

namespace rabbit_socks::session {

struct Hub::Impl {
  Impl(base::Outbox* outbox, base::Time now, uint32_t max_connections)
      : t(outbox, now, max_connections) {}

  // Every entry point begins with the time and ends by using the input that has
  // become usable.
  class Step {
   public:
    // `gathers`: of a command of the node, after which others may come: polls
    // are answered by EndCommands.
    Step(Impl* impl, base::Time now, bool gathers = false)
        : t_(impl->t), gathers_(gathers) {
      t_.now = std::max(t_.now, now);
    }
    ~Step() {
      // The list grows while it is walked: each entry is one connection's kept
      // input.
      for (size_t i = 0; i < t_.ready.size(); ++i) {
        Connection* c = t_.FindConnection(t_.ready[i]);
        if (c == nullptr) continue;
        c->input_ready = false;
        UseKeptInput(t_, c);
      }
      t_.ready.clear();
      SendHeld(t_);
      t_.graveyard.clear();
      if (!gathers_) FlushPolls(t_);
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Tables& t_;
    bool gathers_;
  };

  Tables t;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_HUB_IMPL_H_
