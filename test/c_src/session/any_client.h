// SPDX-License-Identifier: MPL-2.0
// A client of each generation on a WebSocket, connected, for what holds for all
// of them.
#ifndef RABBIT_SOCKS_TEST_SESSION_ANY_CLIENT_H_
#define RABBIT_SOCKS_TEST_SESSION_ANY_CLIENT_H_

#include <string>

#include "session/socketio09_client.h"

namespace rabbit_socks::session {

enum class Kind { kBare, kJson, kEngine, k06, k09, k2, k4 };

inline std::string Framed06(const std::string& text) {
  return "~m~" + std::to_string(text.size()) + "~m~" + text;
}

struct AnyClient {
  AnyClient(Conversation* conversation, Kind kind_of)
      : with(conversation), kind(kind_of) {
    switch (kind) {
      case Kind::kBare:
        ws = with->Connect();
        with->OpenWebSocket(ws);
        break;
      case Kind::kJson:
        ws = with->Connect();
        with->OpenWebSocket(ws, "/websocket/a",
                            "Sec-WebSocket-Protocol: rabbit-socks.json\r\n");
        break;
      case Kind::kEngine:
        Open("/engine.io/?EIO=4&transport=websocket");
        with->Accept(with->LastOpened());
        break;
      case Kind::k06:
        ws = with->Connect();
        with->OpenWebSocket(ws, "/socket.io/websocket");
        break;
      case Kind::k09:
        ws = Client09(with).WebSocket();
        break;
      case Kind::k2:
        Open("/socket.io/?EIO=3&transport=websocket");
        with->Accept(with->LastOpened());
        break;
      case Kind::k4:
        ws = Open4(with);
        break;
    }
    with->Take(ws);
    session = with->LastOpened();
  }
  void Say(const std::string& text) const { with->Send(ws, ClientText(text)); }
  // Texts of the frames that came, each in brackets; of bytes in angles.
  std::string Hear() const {
    std::string rest = with->Take(ws), heard;
    while (rest.size() >= 2) {
      const auto size = static_cast<unsigned char>(rest[1]);
      const bool text = rest[0] == '\x81';
      heard.append(text ? "[" : "<").append(rest.substr(2, size));
      heard.append(text ? "]" : ">");
      rest.erase(0, size_t{2} + size);
    }
    return heard;
  }

  Conversation* with;
  Kind kind;
  base::ConnectionId ws;
  base::SessionId session;

 private:
  void Open(const std::string& target) {
    ws = with->Connect();
    with->Send(ws, Upgrade(target));
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_ANY_CLIENT_H_
