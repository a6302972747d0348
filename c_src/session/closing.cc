// SPDX-License-Identifier: MPL-2.0
#include "session/closing.h"

#include <string>
#include <utility>

#include "http/response.h"
#include "session/answer.h"
#include "transport/dress.h"
#include "websocket/handshake.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

void AnswerGone(Tables& t, Connection* c, const Session& s) {
  http::Response response = http::PlainText(404, "the session is closed");
  s.config->routes[s.route].origins.AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

void AnswerRefusal(Tables& t, Connection* c, uint16_t code) {
  // The client left no session behind: the request that wanted to open it is
  // still to be answered.
  AnswerFault(
      t, c,
      base::Fault{static_cast<uint16_t>(code == 1001 ? 503 : 500),
                  code == 1001 ? "going away"
                               : "the session ended before it was open"});
}

// Of a close frame without a body (RFC 6455 7.1.5): answered with one.
constexpr uint16_t kNoCode = 1005;

void CloseStream(Tables& t, Connection* c, const Session& s) {
  if (!c->relayed &&
      transport::StreamBodyKind(*s.transport) == http::BodyKind::kChunked) {
    t.outbox->BeginWrite(c->id);
    http::AppendLastChunk(&t.outbox->arena());
    t.outbox->EndWrite();
  }
  FinishConnection(t, c);
}

}  // namespace

void EndSession(Tables& t, Session* s, uint16_t code, Bytes reason) {
  if (!s->owner.empty()) t.outbox->Closed(s->id, s->owner, code, reason);
  if (!s->name.empty()) t.names.erase(s->name);
  std::vector<base::ConnectionId> posts = std::move(s->posts);
  t.sessions.Erase(s->id);
  for (const base::ConnectionId post : posts) {
    if (Connection* c = t.FindConnection(post))
      AnswerFault(t, c, base::Fault{404, "the session is closed"});
  }
}

void StartCloseHandshake(Tables& t, Connection* c, uint16_t code,
                         Bytes reason) {
  t.outbox->BeginWrite(c->id);
  c->websocket->codec().AppendClose(code, reason, &t.outbox->arena());
  t.outbox->EndWrite();
  c->session = {};
  if (c->websocket->draft() == websocket::Draft::kHixie75) {
    FinishConnection(t, c);  // that draft knows no closing handshake
    return;
  }
  c->phase = Phase::kClosing;
  t.SetDeadline(c, t.now + c->config->limits.close_timeout);
  t.MarkReady(c);  // what was kept for want of credit is read on, and dropped,
                   // up to the peer's close
}

void CloseSession(Tables& t, Session* s, uint16_t code, Bytes reason) {
  Connection* c = t.FindConnection(s->connection);
  if (c == nullptr) {
    const bool linger = !s->queue.empty() && !s->owner.empty();
    if (!linger) {
      EndSession(t, s, code, reason);
      return;
    }
    t.outbox->Closed(s->id, s->owner, code, reason);
    s->owner.clear();
    s->state = Session::State::kLingering;
    t.SetDeadline(s, t.now + s->config->limits.session_timeout);
    return;
  }
  switch (c->phase) {
    case Phase::kWebSocket:
      StartCloseHandshake(t, c, code, reason);
      break;
    case Phase::kHixieKey:
    case Phase::kSwitching:
      FinishConnection(t, c);
      break;
    case Phase::kStream:
      CloseStream(t, c, *s);
      break;
    case Phase::kPoll:
      AnswerGone(t, c, *s);
      break;
    case Phase::kOpening:
      AnswerRefusal(t, c, code);
      break;
    case Phase::kHttp:
    case Phase::kPost:
    case Phase::kEnding:
    case Phase::kClosing:
    case Phase::kFinished:
      break;
  }
  EndSession(t, s, code, reason);
}

void EndWebSocket(Tables& t, Connection* c, uint16_t code, Bytes reason,
                  uint16_t answer) {
  c->close_code = answer;
  Session* s = t.FindSession(c->session);
  if (s == nullptr) {
    CompleteEnding(t, c);
    return;
  }
  t.outbox->Closed(s->id, s->owner, code, reason);
  s->owner.clear();
  s->state = Session::State::kEnding;
  t.SetDeadline(s, 0);
  c->phase = Phase::kEnding;
  t.SetDeadline(c, t.now + c->config->limits.close_timeout);
}

void CompleteEnding(Tables& t, Connection* c) {
  if (Session* s = t.FindSession(c->session)) EndSession(t, s, 1006, "");
  // A draft without close codes has nothing to say of a fault: the TCP
  // connection ends. Its own close is answered.
  const bool says =
      c->websocket->codec().has_control_frames() || c->close_code == kNoCode;
  if (says && c->phase != Phase::kClosing) {
    t.outbox->BeginWrite(c->id);
    c->websocket->codec().AppendClose(c->close_code, "", &t.outbox->arena());
    t.outbox->EndWrite();
  }
  FinishConnection(t, c);
}

}  // namespace rabbit_socks::session
