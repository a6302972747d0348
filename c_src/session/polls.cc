// SPDX-License-Identifier: MPL-2.0
#include "session/polls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "session/answer.h"
#include "session/closing.h"
#include "session/inbound.h"
#include "session/outbound.h"
#include "session/upgrade.h"
#include "transport/dress.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;
using transport::Dress;
using transport::Family;

void AnswerWithCors(Tables& t, Connection* c, const http::OriginPolicy& origins,
                    http::Response response) {
  origins.AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

const http::OriginPolicy& Origins(const Session& s) {
  return s.config->routes[s.route].origins;
}

// The session may be on another port or transport only by mistake or malice: as
// good as unknown.
Session* FindFor(Tables& t, const Connection& c, const Target& target) {
  Session* s = t.FindName(target.name);
  return s != nullptr && s->transport == target.transport &&
                 s->listener == c.listener
             ? s
             : nullptr;
}

void TakePost(Tables& t, Session* s, Connection* c) {
  base::Result<std::string> payload = transport::PostedPayload(c->request());
  if (!payload.ok()) {
    AnswerWithCors(t, c, Origins(*s),
                   http::PlainText(payload.fault().code, payload.fault().text));
    return;
  }
  const http::OriginPolicy origins = Origins(*s);
  const Fault fault =
      TakePayload(t, s, payload.value(), s->transport->dress == Dress::kJsonp);
  if (!fault) return AnswerWithCors(t, c, origins, transport::PostAnswer());
  CloseSession(t, s, fault.code, fault.text);
  AnswerWithCors(t, c, origins,
                 http::PlainText(fault.code == 1009 ? 413 : 400, fault.text));
}

void Post(Tables& t, Connection* c, const Target& target) {
  Session* s = FindFor(t, *c, target);
  if (s == nullptr || s->state != Session::State::kOpen) {
    return AnswerWithCors(t, c, c->config->routes[target.route].origins,
                          http::PlainText(404, "no such session"));
  }
  if (s->has_credit()) return TakePost(t, s, c);
  // The client never has two POSTs under way; one that has is kept within a
  // small bound.
  constexpr size_t kMaxWaiting = 4;
  if (s->posts.size() >= kMaxWaiting)
    return AnswerFault(t, c, Fault{503, "the session is busy"});
  c->phase = Phase::kPost;
  c->session = s->id;
  s->posts.push_back(c->id);
  t.SetDeadline(c, t.now + c->config->limits.body_timeout);
}

void HoldPoll(Tables& t, Session* s, Connection* c) {
  c->phase = Phase::kPoll;
  c->session = s->id;
  s->connection = c->id;
  t.SetDeadline(c, 0);
  t.SetDeadline(s, t.now + s->config->limits.poll_timeout);
}

void Poll(Tables& t, Connection* c, const Target& target) {
  Session* s = FindFor(t, *c, target);
  if (s == nullptr || s->state == Session::State::kOpening ||
      s->transport->family != Family::kPolling) {
    return AnswerWithCors(t, c, c->config->routes[target.route].origins,
                          http::PlainText(404, "no such session"));
  }
  c->jsonp_index = target.jsonp_index;
  // A second poll takes the place of the first, which is answered empty.
  if (Connection* older = t.FindConnection(s->connection)) {
    const base::ConnectionId newer = c->id;
    AnswerPoll(t, s, older);
    c = t.FindConnection(newer);
  }
  if (s->queue.empty()) return HoldPoll(t, s, c);
  const bool last = s->state == Session::State::kLingering;
  AnswerPoll(t, s, c);
  if (last) EndSession(t, s, 1000, "");
}

void OpenPolls(Tables& t, Connection* c, Target target) {
  if (target.transport->family == Family::kStreaming &&
      !target.operation.empty() &&
      target.transport->dress == Dress::kMultipart) {
    return AnswerFault(t, c, Fault{404, "nothing is served at this path"});
  }
  c->jsonp_index = target.jsonp_index;
  const transport::Row* row = target.transport;
  OpenSession(t, c, std::move(target), row, "http", "");
}

}  // namespace

void HandleSocketIo(Tables& t, Connection* c, Target target) {
  const http::OriginPolicy& origins = c->config->routes[target.route].origins;
  const http::Method method = c->request().method;
  if (method == http::Method::kOptions)
    return Answer(t, c, origins.Preflight(c->request().headers));
  if (target.transport->dress == Dress::kJsonp &&
      !transport::IsJsonpIndex(target.jsonp_index)) {
    return AnswerFault(
        t, c, Fault{400, "the index of a jsonp request is 1 to 9 digits"});
  }
  if (method == http::Method::kPost) {
    if (target.name.empty())
      return AnswerWithCors(t, c, origins,
                            http::PlainText(400, "a POST names its session"));
    return Post(t, c, target);
  }
  if (method != http::Method::kGet)
    return AnswerFault(t, c, Fault{405, "method not allowed"});
  if (target.name.empty()) return OpenPolls(t, c, std::move(target));
  Poll(t, c, target);
}

void AcceptPolls(Tables& t, Session* s, Connection* c) {
  const framing::Packet id{framing::Packet::Type::kMessage, s->name};
  if (s->transport->family == Family::kPolling) {
    c->phase = Phase::kPoll;  // the answer is the session id, at once
    SendPacket(t, s, id);
    return;
  }
  http::Response head = transport::StreamHead(*s->transport);
  Origins(*s).AddCors(c->request().headers, &head);
  AnswerStream(t, c, head, transport::StreamBodyKind(*s->transport));
  SendPacket(t, s, id);
  t.SetDeadline(s, t.now + s->config->limits.heartbeat_interval);
}

void ResumePost(Tables& t, Connection* c) {
  Session* s = t.FindSession(c->session);
  if (s == nullptr || !s->has_credit()) return;
  s->posts.erase(std::remove(s->posts.begin(), s->posts.end(), c->id),
                 s->posts.end());
  TakePost(t, s, c);
}

}  // namespace rabbit_socks::session
