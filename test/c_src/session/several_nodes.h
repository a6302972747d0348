// SPDX-License-Identifier: MPL-2.0
// One node of several, for conversations.
#ifndef RABBIT_SOCKS_TEST_SESSION_SEVERAL_NODES_H_
#define RABBIT_SOCKS_TEST_SESSION_SEVERAL_NODES_H_

#include <string>
#include <utility>

#include "session/engine_client.h"

namespace rabbit_socks::session {

inline const std::string kTag = "-home-_1";
inline const std::string kStranger = std::string(27, 'n') + "other_-2";
inline const std::string kPoll = "/socket.io/?EIO=4&transport=polling&sid=";

struct OneOfSeveral : Conversation {
  explicit OneOfSeveral(ListenerConfig config = Events())
      : Conversation(std::move(config)) {
    hub.SetTag(kTag);
  }
  // The node's side.
  void Answer(uint64_t ref, const http::Response& response) {
    hub.Answered(ref, response, now);
    Gather();
  }
  void LeaveUnanswered(uint64_t ref) {
    hub.Unanswered(ref, now);
    Gather();
  }
  void Remove(uint16_t code) {
    hub.Remove(kListener, code, "", 0, now);
    Gather();
  }
  void Stop() {
    hub.Stop(1001, "", now);
    Gather();
  }
  // Of the web context.
  base::ConnectionId Relay(const Peer& peer, http::Request request) {
    const auto id = hub.Relay(kListener, peer, std::move(request), now);
    Gather();
    return id;
  }
  // On a connection of its own.
  base::ConnectionId Ask(const std::string& request) {
    const auto c = Connect();
    Send(c, request);
    return c;
  }
  // As another node does.
  base::ConnectionId AskFor(const std::string& name, const std::string& target,
                            const std::string& body = "") {
    http::Request request;
    request.method = body.empty() ? http::Method::kGet : http::Method::kPost;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.query = target.substr(target.find('?') + 1);
    request.body = body;
    const auto id = hub.Forwarded(name, {}, std::move(request), now);
    Gather();
    return id;
  }
};

inline http::Response Found(const std::string& body) {
  return {200, {{"Content-Type", "text/plain"}, {"Vary", "Origin"}}, body};
}

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_SEVERAL_NODES_H_
