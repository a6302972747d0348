// SPDX-License-Identifier: MPL-2.0
#include "session/requests.h"

#include <string>
#include <utility>

#include "http/pages.h"
#include "session/answer.h"
#include "session/engine_requests.h"
#include "session/inbound.h"
#include "session/leaving.h"
#include "session/polls.h"
#include "session/router.h"
#include "session/socketio09_requests.h"
#include "session/upgrade.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;

void HandlePage(Tables& t, Connection* c) {
  const http::Request& request = c->request();
  if (IsWebSocketUpgrade(request))
    return AnswerFault(
        t, c,
        Fault{400, "no WebSocket is served at this path; try /websocket/"});
  if (!c->config->pages)
    return AnswerFault(t, c, Fault{404, "nothing is served at this path"});
  Answer(t, c, c->config->pages->Answer(request));
}

// The official client for browsers lies where Socket.IO servers serve it: of
// all that is below /socket.io/, the files of the pages that are there.
bool IsServedClient(Connection* c) {
  const Bytes path = c->request().path;
  return path.substr(0, 11) == "/socket.io/" && c->config->pages &&
         c->config->pages->Has(path);
}

// A page of another origin may import() it: it is the same for everybody, and
// public.
void ServeClient(Tables& t, Connection* c) {
  http::Response response = c->config->pages->Answer(c->request());
  response.With("Access-Control-Allow-Origin", "*");
  Answer(t, c, response);
}

// False: answered.
bool JudgeOrigin(Tables& t, Connection* c, const http::OriginPolicy& origins) {
  switch (origins.Judge(c->request().headers)) {
    case http::OriginPolicy::Verdict::kAllowed:
      return true;
    case http::OriginPolicy::Verdict::kForbidden:
      AnswerFault(t, c, Fault{403, "this origin is not allowed"});
      return false;
    case http::OriginPolicy::Verdict::kMalformed:
      AnswerFault(t, c, Fault{400, "malformed Origin"});
      return false;
  }
  return false;
}

void DispatchPlain(Tables& t, Connection* c, Target target, bool upgrade) {
  const bool wanted = target.kind == Target::Kind::kWebSocket ||
                      target.transport->family == transport::Family::kWebSocket;
  if (wanted && upgrade) return StartUpgrade(t, c, std::move(target));
  if (wanted)
    return AnswerFault(t, c, Fault{426, "this path speaks WebSocket only"});
  if (upgrade)
    return AnswerFault(t, c, Fault{400, "this transport is no WebSocket"});
  HandleSocketIo(t, c, std::move(target));
}

void Dispatch(Tables& t, Connection* c, Target target) {
  if (target.kind == Target::Kind::kPage) return HandlePage(t, c);
  if (!JudgeOrigin(t, c, c->config->routes[target.route].origins)) return;
  switch (target.kind) {
    case Target::Kind::kSocketIo09:
      return HandleSocketIo09(t, c, std::move(target));
    case Target::Kind::kEngine:
    case Target::Kind::kBareEngine:
      return HandleEngine(t, c, std::move(target));
    case Target::Kind::kPage:
    case Target::Kind::kWebSocket:
    case Target::Kind::kSocketIo06:
      return DispatchPlain(t, c, std::move(target),
                           IsWebSocketUpgrade(c->request()));
  }
}

// The deadline follows what the parser waits for, and is not moved by single
// bytes.
void NoteAwaited(Tables& t, Connection* c) {
  const http::Parser::Phase phase = c->parser->phase();
  if (phase == c->awaited) return;
  c->awaited = phase;
  const Limits& limits = c->config->limits;
  if (phase == http::Parser::Phase::kBody) {
    t.SetDeadline(c, t.now + limits.body_timeout);
  } else if (c->requests > 0) {
    t.SetDeadline(c, t.now + limits.head_timeout);  // of the first request it
                                                    // runs from the accept
  }
}

size_t FeedHttp(Tables& t, Connection* c, std::span<char> bytes) {
  const http::Parser::Outcome outcome =
      c->parser->Feed(Bytes(bytes.data(), bytes.size()));
  switch (outcome.status) {
    case http::Parser::Status::kNeedMore:
      NoteAwaited(t, c);
      return bytes.size();
    case http::Parser::Status::kRequest:
      HandleRequest(t, c);
      return outcome.consumed;
    case http::Parser::Status::kFault:
      AnswerFault(t, c, outcome.fault);
      return bytes.size();
  }
  return bytes.size();
}

// One look at the bytes in c's phase. Returns how many were used; 0 means that
// they must wait.
size_t Step(Tables& t, Connection* c, std::span<char> bytes) {
  switch (c->phase) {
    case Phase::kHttp:
      // Answers that the client does not take hold up its next request
      // (pipelining, row H13).
      if (c->queued > c->config->limits.send_queue_soft) return 0;
      return FeedHttp(t, c, bytes);
    case Phase::kHixieKey:
      return ContinueHandshake(t, c, Bytes(bytes.data(), bytes.size()));
    case Phase::kWebSocket: {
      const Session* s = t.FindSession(c->session);
      // A probe says nothing that costs credit; what comes behind it waits for
      // the POSTs before it.
      const Client* k = t.IsProbe(*c) ? nullptr : t.FindClient(c->client);
      const bool waits =
          (s != nullptr && !s->has_credit()) ||
          (k != nullptr && (!t.HasCredit(*k) || !k->posts.empty()));
      return waits ? 0 : FeedWebSocket(t, c, bytes);
    }
    case Phase::kClosing:
      return FeedWebSocket(t, c, bytes);
    case Phase::kOpening:
    case Phase::kPoll:
    case Phase::kPost:
    case Phase::kForwarded:
    case Phase::kSwitching:
      return 0;
    case Phase::kStream:
    case Phase::kEnding:
    case Phase::kFinished:
      return bytes.size();  // dropped
  }
  return 0;
}

// How much a connection may send ahead of its turn before it is no longer read.
constexpr size_t kMaxKept = 16384;

void Keep(Tables& t, Connection* c, Bytes rest) {
  c->input.append(rest);
  const bool waits_for_credit = c->phase == Phase::kWebSocket;
  if (waits_for_credit || c->input.size() > kMaxKept) t.PauseReading(c);
}

void HandleWhole(Tables& t, Connection* c) {
  t.SetDeadline(c, 0);
  if (t.stopping) return AnswerFault(t, c, Fault{503, "going away"});
  if (IsServedClient(c)) return ServeClient(t, c);
  base::Result<Target> target =
      FindTarget(c->request().path, c->config->routes);
  if (!target.ok()) return AnswerFault(t, c, target.fault());
  Dispatch(t, c, std::move(target.value()));
}

}  // namespace

void HandleRequest(Tables& t, Connection* c) {
  ++c->requests;
  if (c->pending) {
    c->pending = false;
    const auto listener = t.listeners.find(c->listener);
    if (listener != t.listeners.end() && listener->second.pending > 0)
      --listener->second.pending;
  }
  HandleWhole(t, c);
}

void HandleRequestHere(Tables& t, Connection* c) {
  c->here = true;
  c->phase = Phase::kHttp;
  HandleWhole(t, c);
}

void UseBytes(Tables& t, Connection* c, std::span<char> bytes) {
  const base::ConnectionId id = c->id;
  if (!c->input.empty()) {
    Keep(t, c, Bytes(bytes.data(), bytes.size()));
    t.MarkReady(c);
    return;
  }
  while (!bytes.empty()) {
    const Phase before = c->phase;
    const size_t used = Step(t, c, bytes);
    c = t.FindConnection(id);
    if (c == nullptr) return;
    bytes = bytes.subspan(used);
    // An upgrade's bytes beyond the head, a message for which there is no
    // credit: wait.
    if (used == 0 && c->phase == before) break;
  }
  if (!bytes.empty()) Keep(t, c, Bytes(bytes.data(), bytes.size()));
}

void UseKeptInput(Tables& t, Connection* c) {
  const base::ConnectionId id = c->id;
  if (c->phase == Phase::kPost) {
    ResumePost(t, c);
    c = t.FindConnection(id);
    if (c == nullptr) return;
  }
  if (!c->input.empty()) {
    std::string kept = std::move(c->input);
    c->input = std::string();
    UseBytes(t, c, kept);
    c = t.FindConnection(id);
    if (c == nullptr) return;
  }
  if (!c->input.empty()) return;
  t.ResumeReading(c);
  if (c->peer_ended) EndOfInput(t, c);
}

}  // namespace rabbit_socks::session
