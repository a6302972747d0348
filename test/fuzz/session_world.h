// SPDX-License-Identifier: MPL-2.0
// A hub, its clients and its node, driven by a script. The verbs:
//
//   c connect       g GET   p POST: <target>|<body>   u GET with an upgrade
//   j GET with an upgrade to rabbit-socks.json
//   b bytes         t text frame   x binary frame     f frame: <byte><payload>
//   l lost          e FIN          q queued: 4 to the power of <digit>
//   r, R, U a GET, POST or upgrade by the broker's web context
//   s switched      w wait: ticks, 2 to the power of the digit
//   a accept   n refuse   M text   B bytes   E event: <JSON>   I with an id
//   K acknowledge: <JSON>  C credit  X close  D disconnect  W whole
//   J join  L leave  O broadcast  A to a namespace  P position  S sync
//   Z stop  Y remove the listener, over 100 ms a byte   V end of a turn
//   F answer: the request that went to another node last; 0: there is none
//
// The digit is a connection for the small letters but a and n, else a session,
// 0 the one that was opened last.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SESSION_WORLD_H_
#define RABBIT_SOCKS_TEST_FUZZ_SESSION_WORLD_H_

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "framing/json_value.h"
#include "session/frames.h"
#include "session/hub.h"
#include "session_limits.h"
#include "session_rules.h"
#include "session_script.h"
#include "session_text.h"

namespace rabbit_socks::fuzz {

class SessionWorld {
 public:
  // Bits of `options`: 1 no events, 2 no frames, 4 recovery, 8 gzip, 16 one
  // node of several.
  explicit SessionWorld(unsigned options)
      : hub_(&outbox_, now_, 100), rules_(kCredit - 1 + kMaxPackets) {
    session::ListenerConfig config;
    session::Route route;
    route.events = (options & 1) == 0;
    route.frames = (options & 2) == 0;
    route.subprotocols = {"rabbit-socks.json"};
    config.routes.push_back(route);
    route.prefix = {"other"};
    route.resumes = true;
    config.routes.push_back(route);
    config.cookie = (options & 8) != 0 ? "io" : "";
    SetFuzzLimits(options, &config.limits);
    hub_.Configure(kListener, std::move(config));
    rules_.tag = (options & 16) != 0 ? "t" : "";
    hub_.SetTag(rules_.tag);
  }

  void Do(const Happening& one) {
    const bool of_node =
        std::string_view("anMBEIKCXDWJLOAPSVZYF").find(one.verb) !=
        std::string_view::npos;
    if (of_node) {
      Command(one);
      hub_.EndCommands(now_);
    } else {
      Connect(one);
    }
    rules_.Read(&outbox_);
  }
  std::string Expand(char which) const {
    if (which == 'p') return rules_.pid;
    if (which == 'f') return std::string(27, 'x') + "u";  // of another node
    if (which < '0' || which > '9') return {};
    return rules_.sids[which - '0'];
  }

  // Everybody leaves, the node says nothing more, and time passes: nothing is
  // left, and whoever was let in has heard of its end.
  void End() {
    for (const base::ConnectionId id : connections_)
      hub_.Disconnected(id, now_);
    rules_.Read(&outbox_);
    Wait(400);
    Require(hub_.connections() == 0);
    Require(hub_.sessions() == 0);
    Require(hub_.clients() == 0);
    Require(rules_.forwards.empty());
    for (const auto& [id, s] : rules_.sessions)
      Require(s.owner.empty() || s.closed);
  }

 private:
  static constexpr base::ListenerId kListener = 7;

  base::ConnectionId& Of(const Happening& one) {
    return connections_[one.which % connections_.size()];
  }
  void Put(const Happening& one, base::ConnectionId id) {
    base::ConnectionId& slot = Of(one);
    if (slot) hub_.Disconnected(slot, now_);
    rules_.Read(&outbox_);
    rules_.Gone(slot.value);
    slot = id;
  }
  void Receive(const Happening& one, std::string_view bytes) {
    // Of exactly its size, so that a read past it is seen.
    const auto copy = std::make_unique<char[]>(bytes.size());
    bytes.copy(copy.get(), bytes.size());
    hub_.Received(Of(one), {copy.get(), bytes.size()}, now_);
  }
  void Wait(int ticks) {
    for (; ticks > 0; --ticks) {
      now_ += 100;
      hub_.Tick(now_);
      rules_.Read(&outbox_);
    }
  }

  // The answer to the request that went to another node last, or none.
  void AnswerForward(const Happening& one) {
    const uint64_t ref =
        rules_.forwards.empty() ? 1 : *rules_.forwards.rbegin();
    rules_.forwards.erase(ref);
    if (one.which == 0) return hub_.Unanswered(ref, now_);
    hub_.Answered(ref, {200, {{"X-Name", "1"}}, one.rest}, now_);
  }

  void Relay(const Happening& one, bool post, bool upgrade) {
    const auto [target, body] = Split(one.rest);
    if (target.empty() || target[0] != '/') return;
    http::Request request;
    request.method = post ? http::Method::kPost : http::Method::kGet;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size())
      request.query = target.substr(request.path.size() + 1);
    request.body = body;
    request.headers.Add("host", "h");
    if (upgrade) {
      request.upgrade = true;
      request.headers.Add("upgrade", "websocket");
      request.headers.Add("connection", "Upgrade");
      request.headers.Add("sec-websocket-version", "13");
      request.headers.Add("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    Put(one, {});
    Of(one) = one.verb == 'v' || one.verb == 'V'
                  ? hub_.Forwarded(rules_.sids[0], {}, std::move(request), now_)
                  : hub_.Relay(kListener, {}, std::move(request), now_);
  }

  void Connect(const Happening& one) {
    switch (one.verb) {
      case 'c':
        Put(one, {});
        Of(one) = hub_.Connect(kListener, {}, now_);
        return;
      case 'g':
        return Receive(one, Head("GET", one.rest) + "\r\n");
      case 'u':
        return Receive(one, Head("GET", one.rest).append(kUpgrade));
      case 'j':
        return Receive(
            one, Head("GET", one.rest).append(kSubprotocol).append(kUpgrade));
      case 'p': {
        const auto [target, body] = Split(one.rest);
        return Receive(one, Head("POST", target) + "Content-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" +
                                body);
      }
      case 'b':
        return Receive(one, one.rest);
      case 't':
        return Receive(one, session::ClientText(one.rest));
      case 'x':
        return Receive(one, session::ClientFrame(0x82, one.rest));
      case 'f':
        if (one.rest.empty()) return;
        return Receive(
            one, session::ClientFrame(static_cast<unsigned char>(one.rest[0]),
                                      one.rest.substr(1)));
      case 'l':
        return Put(one, {});
      case 'e':
        return hub_.PeerEnded(Of(one), now_);
      case 'q':
        if (one.rest.empty()) return hub_.Queued(Of(one), 0, now_);
        return hub_.Queued(Of(one), size_t{1} << (one.rest[0] & 7) * 2, now_);
      case 'r':
      case 'R':
      case 'U':
      case 'v':
      case 'V':
        return Relay(one, one.verb == 'R' || one.verb == 'V', one.verb == 'U');
      case 's':
        return hub_.Switched(Of(one), now_);
      case 'w':
        return Wait(1 << one.which % 8);
      default:
        return;
    }
  }

  void Send(base::SessionId id, const Happening& one, bool with_id) {
    using Kind = base::Message::Kind;
    if (one.verb == 'M') return hub_.Send(id, {Kind::kText, one.rest}, now_);
    if (one.verb == 'B') return hub_.Send(id, {Kind::kBinary, one.rest}, now_);
    base::Value args;
    const auto fault = framing::ParseJson(one.rest, {}, 10, &args);
    if (fault || !args.IsArray()) return;
    const std::vector<std::string> bytes(10, "bytes");
    args.Attach(bytes);
    base::Message message{Kind::kEvent, "message", {}, &args};
    if (with_id) message.id = ++last_id_;
    if (one.verb == 'K') {
      message.kind = Kind::kAck;
      message.data = {};
      message.id = 1;
    }
    if (one.verb == 'O') {
      base::Audience audience{{"room"}, {"bad"}, {id}};
      if (one.rest.size() % 2 == 0) audience.key = "key";
      hub_.Broadcast(audience, message, now_);
    } else if (one.verb == 'A') {
      hub_.Broadcast({{}, {"bad"}, {}, "/", true}, message, now_);
    } else {
      hub_.Send(id, message, now_);
    }
  }

  void Command(const Happening& one) {
    if (one.verb == 'Z') return hub_.Stop(1001, "stop", now_);
    if (one.verb == 'F') return AnswerForward(one);
    if (one.verb == 'Y')
      return hub_.Remove(kListener, 1001, "removed", one.rest.size() * 100,
                         now_);
    if (one.verb == 'V') return hub_.EndTurn(now_);
    const auto& opened = rules_.opened;
    if (one.which >= opened.size()) return;
    const base::SessionId id{opened[opened.size() - 1 - one.which]};
    switch (one.verb) {
      case 'a': {
        const std::string owner = "pid" + std::to_string(++last_owner_);
        rules_.Accepted(id.value, owner);
        return hub_.Accept(id, owner, {{"X-Name", one.rest}}, now_);
      }
      case 'n':
        return hub_.Refuse(id, one.rest.empty() ? 403 : 500, one.rest, {},
                           now_);
      case 'C':
        rules_.Credited(id.value, kCredit);
        return hub_.Credit(id, kCredit, 4096, now_);
      case 'X':
        return hub_.Close(id, one.rest.empty() ? 1000 : 4000, one.rest, now_);
      case 'D':
      case 'W':
        return hub_.Disconnect(id, one.verb == 'W', now_);
      case 'J':
        return hub_.Join(id, one.rest.size() == 1 ? "bad" : "room",
                         static_cast<base::SlowPolicy>(one.rest.size() % 3),
                         now_);
      case 'S':
        rules_.Asked(id.value, ++last_sync_);
        return hub_.Sync(id, last_sync_, now_);
      case 'L':
        return hub_.Leave(id, "room", now_);
      case 'P':
        return hub_.Position(id, base::IsUtf8(one.rest) ? one.rest : "", now_);
      default:
        return Send(id, one, one.verb == 'I');
    }
  }

  base::Time now_ = 1000000;
  base::Outbox outbox_;
  session::Hub hub_;
  SessionRules rules_;
  std::array<base::ConnectionId, 10> connections_{};
  uint64_t last_id_ = 0, last_sync_ = 0;
  int last_owner_ = 0;
};

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SESSION_WORLD_H_
