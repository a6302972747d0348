// SPDX-License-Identifier: MPL-2.0
// One message for many sessions: made once for each class of clients, and its
// frames once for each class of connections. For slow ones it is held.
#ifndef RABBIT_SOCKS_SESSION_BROADCAST_H_
#define RABBIT_SOCKS_SESSION_BROADCAST_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/message.h"
#include "session/rendered.h"
#include "session/tables.h"
#include "websocket/shared_frames.h"

namespace rabbit_socks::session {

class Broadcast {
 public:
  // `audience` and `message` outlive it.
  Broadcast(Tables& t, const base::Audience& audience,
            const base::Message& message);

  void SendTo(Session* s);

 private:
  // A part as a message of a WebSocket, and its frames.
  struct Shared {
    std::string message;
    websocket::SharedFrames frames;
    Shared(base::Payload payload, std::string text)
        : message(std::move(text)), frames(payload, message) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
  };
  // What clients of one generation get in one namespace.
  struct Class {
    const framing::Generation* generation;
    std::string nsp;
    bool recoverable;
    std::shared_ptr<const Rendered> rendered;
    std::deque<Shared> plain, base64;  // one a part, made when needed
  };

  Class* ClassOf(const Session& s);
  std::deque<Shared>& SharedOf(Class* of, bool base64);
  bool SendOn(Connection* c, Class* of, bool base64);

  Tables& t_;
  const base::Audience& audience_;
  const base::Message& message_;
  std::string offset_;
  std::deque<Class> classes_;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_BROADCAST_H_
