// SPDX-License-Identifier: MPL-2.0
// Clients of Engine.IO for conversations.
#ifndef RABBIT_SOCKS_TEST_SESSION_ENGINE_CLIENT_H_
#define RABBIT_SOCKS_TEST_SESSION_ENGINE_CLIENT_H_

#include <string>

#include "session/conversation.h"

namespace rabbit_socks::session {

// A listener whose callback module takes events.
inline ListenerConfig Events() {
  ListenerConfig config = Conversation::Default();
  config.routes[0].events = true;
  return config;
}

// Also from inside a jsonp answer, where quotation marks are escaped.
inline std::string SidIn(const std::string& text) {
  constexpr size_t kSize = 27;
  const size_t at = text.find("\"sid\":\"");
  if (at != std::string::npos) return text.substr(at + 7, kSize);
  const size_t escaped = text.find("\\\"sid\\\":\\\"");
  return escaped == std::string::npos ? "" : text.substr(escaped + 10, kSize);
}

// A client that polls.
struct Poller {
  Poller(Conversation* conversation, const std::string& version,
         const std::string& path = "/socket.io/", const std::string& more = "")
      : with(conversation),
        base(path + "?EIO=" + version + "&transport=polling" + more) {
    const auto c = with->Connect();
    with->Send(c, Conversation::Get(base));
    if (path == "/engine.io/") with->Accept(with->LastOpened());
    opened = with->Take(c);
    sid = SidIn(opened);
  }
  std::string target() const { return base + "&sid=" + sid; }
  // Its answer may come later.
  base::ConnectionId Poll() const {
    const auto c = with->Connect();
    with->Send(c, Conversation::Get(target()));
    return c;
  }
  std::string Fetch() const {
    const auto c = Poll();
    return Conversation::Body(with->Take(c));
  }
  std::string Post(const std::string& body,
                   const std::string& fields = "") const {
    const auto c = with->Connect();
    with->Send(c, Conversation::Post(target(), body, fields));
    return with->Take(c);
  }

  Conversation* with;
  std::string base, opened, sid;
};

inline std::string Upgrade(const std::string& target) {
  return Conversation::Get(target,
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

// A client of Socket.IO 4 on a WebSocket, connected to "/".
inline base::ConnectionId Open4(Conversation* with) {
  const auto c = with->Connect();
  with->Send(c, Upgrade("/socket.io/?EIO=4&transport=websocket"));
  with->Take(c);
  with->Send(c, ClientText("40"));
  with->Accept(with->LastOpened());
  with->Take(c);
  return c;
}

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_ENGINE_CLIENT_H_
