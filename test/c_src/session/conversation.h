// SPDX-License-Identifier: MPL-2.0
// A hub without sockets or node, and the verbs to hold a conversation with it:
// tests read as what a client and a node do.
#ifndef RABBIT_SOCKS_TEST_SESSION_CONVERSATION_H_
#define RABBIT_SOCKS_TEST_SESSION_CONVERSATION_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/outbox.h"
#include "session/frames.h"
#include "session/heard.h"
#include "session/hub.h"
#include "session/json_text.h"
#include "support/values.h"

namespace rabbit_socks::session {

class Conversation : public JsonText {
 public:
  static constexpr base::ListenerId kListener = 7;
  static constexpr base::Time kStart = 1000000;

  explicit Conversation(ListenerConfig config = Default(),
                        uint32_t max_connections = 1000)
      : hub(&outbox, kStart, max_connections), now(kStart) {
    hub.Configure(kListener, std::move(config));
  }

  static ListenerConfig Default() {
    ListenerConfig config;
    Route route;
    route.subprotocols = {"echo", "rabbit-socks.json"};
    config.routes.push_back(std::move(route));
    auto pages = std::make_shared<http::Pages>();
    pages->Add("index.html", "<p>hello");
    config.pages = std::move(pages);
    return config;
  }

  base::ConnectionId Connect(const std::string& address = "127.0.0.1") {
    Peer peer;
    peer.peer = {address, 40000};
    peer.local = {"127.0.0.1", 80};
    const base::ConnectionId id = hub.Connect(kListener, peer, now);
    Gather();
    return id;
  }
  void Send(base::ConnectionId id, std::string bytes) {
    hub.Received(id, bytes, now);
    Gather();
  }
  void SendByteByByte(base::ConnectionId id, const std::string& bytes) {
    for (const char byte : bytes) Send(id, std::string(1, byte));
  }
  void End(base::ConnectionId id) {
    hub.PeerEnded(id, now);
    Gather();
  }
  void Lose(base::ConnectionId id) {
    hub.Disconnected(id, now);
    Gather();
  }
  void Queued(base::ConnectionId id, size_t bytes) {
    hub.Queued(id, bytes, now);
    Gather();
  }
  void EndTurn() {
    hub.EndTurn(now);
    Gather();
  }
  // Lets time pass in ticks, as the server does.
  void Wait(base::Time ms) {
    for (const base::Time end = now + ms; now < end;) {
      now += 100;
      hub.Tick(now);
      Gather();
    }
  }

  // The node's side. `owner` stands for a pid.
  base::SessionId LastOpened() const {
    return opened.empty() ? base::SessionId{} : base::SessionId{opened.back()};
  }
  void Accept(
      base::SessionId id, const std::string& owner = "pid",
      const std::vector<std::pair<std::string, std::string>>& fields = {}) {
    hub.Accept(id, owner, fields, now);
    EndCommands();
  }
  void Refuse(base::SessionId id, uint16_t status, const std::string& text,
              const base::Value& data = {}) {
    hub.Refuse(id, status, text, data, now);
    EndCommands();
  }
  void Say(base::SessionId id, const std::string& text,
           base::Payload payload = base::Payload::kText) {
    Send(id, test::Frame(payload, text));
  }
  // `args`: JSON, an array.
  void Emit(base::SessionId id, const std::string& name,
            const std::string& args, std::optional<uint64_t> ack = {}) {
    const base::Value value = Parsed(args);
    Send(id, {base::Message::Kind::kEvent, name, ack, &value});
  }
  void Reply(base::SessionId id, uint64_t ack, const std::string& args) {
    const base::Value value = Parsed(args);
    Send(id, {base::Message::Kind::kAck, {}, ack, &value});
  }
  void Send(base::SessionId id, const base::Message& message) {
    hub.Send(id, message, now);
    EndCommands();
  }
  void Broadcast(const base::Audience& audience, const std::string& name,
                 const std::string& args) {
    const base::Value value = Parsed(args);
    hub.Broadcast(audience,
                  {base::Message::Kind::kEvent, name, std::nullopt, &value},
                  now);
    EndCommands();
  }
  void Join(base::SessionId id, const std::string& room,
            base::SlowPolicy slow = base::SlowPolicy::kClose) {
    hub.Join(id, room, slow, now);
  }
  void Disconnect(base::SessionId id, bool whole) {
    hub.Disconnect(id, whole, now);
    EndCommands();
  }
  void Position(base::SessionId id, const std::string& text) {
    hub.Position(id, text, now);
    EndCommands();
  }
  void Credit(base::SessionId id, uint32_t messages, uint32_t bytes) {
    hub.Credit(id, messages, bytes, now);
    EndCommands();
  }
  void Close(base::SessionId id, uint16_t code,
             const std::string& reason = "") {
    hub.Close(id, code, reason, now);
    EndCommands();
  }

  // What was written to a connection since the last call, and what happened to
  // it ("finish", "reset", "pause", "resume").
  std::string Take(base::ConnectionId id) {
    return std::exchange(written[id.value], std::string());
  }
  std::string Fate(base::ConnectionId id) {
    return std::exchange(fates[id.value], std::string());
  }
  // What the node heard of a session since the last call: "text:hello",
  // "binary:..", "closed:1000:bye", "congested", "drained".
  std::vector<std::string> Heard() { return std::exchange(heard, {}); }

  std::string OpenWebSocket(base::ConnectionId id,
                            const std::string& path = "/websocket/a",
                            const std::string& fields = "") {
    Send(id, "GET " + path +
                 " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: "
                 "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 fields + "\r\n");
    Accept(LastOpened());
    return Take(id);
  }
  static std::string Get(const std::string& target,
                         const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  }
  static std::string Post(const std::string& target, const std::string& body,
                          const std::string& fields = "") {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
  }
  static std::string Body(const std::string& answer) {
    const size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? std::string() : answer.substr(at + 4);
  }

  base::Outbox outbox;
  Hub hub;
  base::Time now;
  std::vector<uint64_t> opened;
  std::vector<base::OpenInfo> infos;
  std::map<uint64_t, base::RelayedHead> relayed;
  std::vector<std::string> logs;
  std::vector<std::string> broadcasts;  // that were told of: messages:bytes
  // Requests that went to other nodes, and those that were given up.
  struct Forwarded {
    uint64_t ref;
    std::string name;
    base::RelayedRequest request;
  };
  std::vector<Forwarded> forwards;
  std::vector<uint64_t> withdrawn;

 protected:
  void EndCommands() {
    hub.EndCommands(now);
    Gather();
  }
  void Gather() {
    using Kind = base::Effect::Kind;
    for (const base::Effect& effect : outbox.effects()) {
      const std::string data(outbox.Data(effect.data));
      switch (effect.kind) {
        case Kind::kWrite:
          written[effect.id] += data;
          break;
        case Kind::kFinish:
          fates[effect.id] += "finish ";
          break;
        case Kind::kReset:
          fates[effect.id] += "reset ";
          break;
        case Kind::kPauseReading:
          fates[effect.id] += "pause ";
          break;
        case Kind::kResumeReading:
          fates[effect.id] += "resume ";
          break;
        case Kind::kRespond:
          relayed[effect.id] = outbox.head(effect);
          written[effect.id] += data;
          fates[effect.id] += "respond ";
          break;
        case Kind::kRespondStart:
          relayed[effect.id] = outbox.head(effect);
          fates[effect.id] += "start ";
          break;
        case Kind::kSwitch:
          relayed[effect.id] = outbox.head(effect);
          fates[effect.id] += "switch ";
          break;
        case Kind::kForward:
          forwards.push_back({effect.id, data, outbox.forward(effect)});
          break;
        case Kind::kWithdraw:
          withdrawn.push_back(effect.id);
          break;
        case Kind::kOpen:
          opened.push_back(effect.id);
          infos.push_back(outbox.open(effect));
          break;
        case Kind::kMessage:
        case Kind::kEvent:
        case Kind::kAck:
        case Kind::kAway:
        case Kind::kBack:
        case Kind::kClosed:
        case Kind::kCongested:
        case Kind::kDrained:
        case Kind::kDropped:
        case Kind::kSynced:
          heard.push_back(HeardOf(effect, outbox));
          break;
        case Kind::kBroadcasts:
          broadcasts.push_back(std::to_string(effect.number) + ":" +
                               std::to_string(effect.size));
          break;
        case Kind::kLog:
          logs.push_back(data);
          break;
      }
    }
    outbox.Clear();
  }

 private:
  std::map<uint64_t, std::string> written, fates;
  std::vector<std::string> heard;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_CONVERSATION_H_
