// SPDX-License-Identifier: MPL-2.0
// Clients of Socket.IO 0.7 to 0.9 for conversations.
#ifndef RABBIT_SOCKS_TEST_SESSION_SOCKETIO09_CLIENT_H_
#define RABBIT_SOCKS_TEST_SESSION_SOCKETIO09_CLIENT_H_

#include <initializer_list>
#include <string>

#include "session/conversation.h"
#include "session/engine_client.h"

namespace rabbit_socks::session {

// A client that has shaken hands and been let in; its transports are still to
// come.
struct Client09 {
  explicit Client09(Conversation* conversation,
                    const std::string& query = "?t=1",
                    const std::string& resource = "/socket.io")
      : with(conversation), base(resource + "/1/") {
    const auto c = with->Connect();
    with->Send(c, Conversation::Get(base + query));
    with->Accept(with->LastOpened());
    answer = with->Take(c);
    const std::string line = Conversation::Body(answer);
    sid = line.substr(0, line.find(':'));
    session = with->LastOpened();
  }
  std::string Target(const std::string& transport,
                     const std::string& query = "") const {
    return base + transport + "/" + sid + query;
  }

  // Its answer may come later.
  base::ConnectionId Poll(const std::string& transport = "xhr-polling",
                          const std::string& query = "") const {
    const auto c = with->Connect();
    with->Send(c, Conversation::Get(Target(transport, query)));
    return c;
  }
  std::string Fetch(const std::string& transport = "xhr-polling",
                    const std::string& query = "") const {
    const auto c = Poll(transport, query);
    return Conversation::Body(with->Take(c));
  }
  std::string Post(const std::string& body,
                   const std::string& transport = "xhr-polling",
                   const std::string& query = "") const {
    const auto c = with->Connect();
    with->Send(c, Conversation::Post(Target(transport, query), body));
    return with->Take(c);
  }
  // With what was written behind the head of the 101 in *first.
  base::ConnectionId WebSocket(std::string* first = nullptr) const {
    const auto c = with->Connect();
    with->Send(c, Upgrade(Target("websocket")));
    const std::string head = with->Take(c);
    if (first != nullptr) *first = Conversation::Body(head);
    return c;
  }

  Conversation* with;
  std::string base, answer, sid;
  base::SessionId session;
};

// A payload of several packets; of ASCII only.
inline std::string Payload09(std::initializer_list<std::string> packets) {
  const std::string mark = "\xef\xbf\xbd";
  std::string payload;
  for (const std::string& packet : packets)
    payload += mark + std::to_string(packet.size()) + mark + packet;
  return payload;
}

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_SOCKETIO09_CLIENT_H_
