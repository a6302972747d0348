// SPDX-License-Identifier: MPL-2.0
#include "session/polls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_requests.h"
#include "session/forwarding.h"
#include "session/inbound.h"
#include "session/opening.h"
#include "session/socketio09_inbound.h"
#include "session/wire.h"
#include "transport/dress.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;
using transport::Dress;
using transport::Family;
using Wire = framing::Generation::Wire;

void AnswerWithCors(Tables& t, Connection* c, const http::OriginPolicy& origins,
                    http::Response response) {
  origins.AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

// The client may be on another port, route or transport only by mistake or
// malice: as good as unknown.
Client* FindFor(Tables& t, const Connection& c, const Target& target) {
  Client* k = t.FindName(target.name);
  return k != nullptr && k->speaks(Wire::kFrames) &&
                 k->transport == target.transport &&
                 k->IsAt(c.listener, target.route)
             ? k
             : nullptr;
}

void TakePost06(Tables& t, Client* k, Connection* c) {
  base::Result<std::string> payload =
      transport::PostedPayload(*k->transport, c->request());
  if (!payload.ok()) {
    AnswerWithCors(t, c, k->origins(),
                   http::PlainText(payload.fault().code, payload.fault().text));
    return;
  }
  const transport::Row& row = *k->transport;
  const http::OriginPolicy origins = k->origins();
  const Fault fault =
      TakePayload(t, k, payload.value(), k->transport->dress == Dress::kJsonp);
  if (!fault) return AnswerWithCors(t, c, origins, transport::PostAnswer(row));
  CloseClient(t, k, fault.code, fault.text);
  AnswerWithCors(t, c, origins,
                 http::PlainText(fault.code == 1009 ? 413 : 400, fault.text));
}

void TakePost(Tables& t, Client* k, Connection* c) {
  switch (k->generation->wire) {
    case Wire::kFrames:
      return TakePost06(t, k, c);
    case Wire::kPackets:
      return TakePost09(t, k, c);
    case Wire::kEngine:
      return TakeEnginePost(t, k, c);
  }
}

void Post(Tables& t, Connection* c, const Target& target) {
  Client* k = FindFor(t, *c, target);
  if (k == nullptr && ForwardRequest(t, c, target.name)) return;
  if (k == nullptr || k->state != Client::State::kOpen) {
    return AnswerWithCors(t, c, c->config->routes[target.route].origins,
                          http::PlainText(404, "no such session"));
  }
  HoldPost(t, k, c);
}

void HoldPoll(Tables& t, Client* k, Connection* c) {
  c->phase = Phase::kPoll;
  c->client = k->id;
  k->connection = c->id;
  t.SetDeadline(c, 0);
  t.SetDeadline(k, t.now + k->config->limits.poll_timeout);
}

void Poll(Tables& t, Connection* c, const Target& target) {
  Client* k = FindFor(t, *c, target);
  if (k == nullptr && target.transport->family == Family::kPolling &&
      ForwardRequest(t, c, target.name))
    return;
  if (k == nullptr || k->state == Client::State::kOpening || !k->polls()) {
    return AnswerWithCors(t, c, c->config->routes[target.route].origins,
                          http::PlainText(404, "no such session"));
  }
  c->jsonp_index = target.jsonp_index;
  // A second poll takes the place of the first, which is answered empty.
  if (Connection* older = t.FindConnection(k->connection)) {
    const base::ConnectionId newer = c->id;
    AnswerPoll(t, k, older);
    c = t.FindConnection(newer);
  }
  if (k->queue.empty()) return HoldPoll(t, k, c);
  const bool last = k->state == Client::State::kLingering;
  AnswerPoll(t, k, c);
  if (last) EndClient(t, k, 1000, "");
}

void OpenPolls(Tables& t, Connection* c, Target target) {
  if (target.transport->family == Family::kStreaming &&
      !target.operation.empty() &&
      target.transport->dress == Dress::kMultipart) {
    return AnswerFault(t, c, Fault{404, "nothing is served at this path"});
  }
  if (!MayOpenClient(t, c)) return;
  c->jsonp_index = target.jsonp_index;
  OpenClient(t, c, std::move(target), framing::SocketIo06(), "http");
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

void AcceptPolls(Tables& t, Client* k, Connection* c) {
  const framing::Packet id{framing::Packet::Type::kMessage, k->name};
  if (k->polls()) {
    c->phase = Phase::kPoll;  // the answer is the session id, at once
    SendFrame06(t, k, id);
    return;
  }
  http::Response head = transport::StreamHead(*k->transport);
  k->origins().AddCors(c->request().headers, &head);
  AnswerStream(t, c, head, transport::StreamBodyKind(*k->transport));
  SendFrame06(t, k, id);
  t.SetDeadline(k, t.now + k->config->limits.heartbeat_interval);
}

void HoldPost(Tables& t, Client* k, Connection* c) {
  // One that makes us answer and never fetches the answers.
  if (k->polls() && k->queue.bytes() > k->config->limits.send_queue_hard) {
    CloseAtOnce(t, k, 1013, "the client is too slow");
    return AnswerFault(t, c, Fault{503, "the session is closed"});
  }
  if (t.HasCredit(*k)) return TakePost(t, k, c);
  // The client never has two POSTs under way; one that has is kept within a
  // small bound.
  constexpr size_t kMaxWaiting = 4;
  if (k->posts.size() >= kMaxWaiting)
    return AnswerFault(t, c, Fault{503, "the session is busy"});
  c->phase = Phase::kPost;
  c->client = k->id;
  k->posts.push_back(c->id);
  // As long as it takes, like what is not read from a WebSocket: a client that
  // is gone is found by TCP's own probes.
  t.SetDeadline(c, 0);
}

void ForgetPost(Tables& t, const Connection* c) {
  Client* k = t.FindClient(c->client);
  if (k == nullptr) return;
  k->posts.erase(std::remove(k->posts.begin(), k->posts.end(), c->id),
                 k->posts.end());
}

void ResumePost(Tables& t, Connection* c) {
  Client* k = t.FindClient(c->client);
  if (k == nullptr || !t.HasCredit(*k)) return;
  ForgetPost(t, c);
  const base::ClientId id = k->id;
  TakePost(t, k, c);
  // What came on a WebSocket meanwhile has waited for this.
  k = t.FindClient(id);
  if (k == nullptr || !k->posts.empty()) return;
  if (Connection* open = t.FindConnection(k->connection)) t.MarkReady(open);
}

}  // namespace rabbit_socks::session
