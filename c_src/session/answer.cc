// SPDX-License-Identifier: MPL-2.0
#include "session/answer.h"

#include <string>
#include <utility>

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

base::RelayedHead HeadOf(const http::Response& response) {
  base::RelayedHead head;
  head.status = response.status;
  for (const auto& [name, value] : response.headers) {
    if (http::IsSafeField(name, value)) head.headers.emplace_back(name, value);
  }
  return head;
}

void Write(Tables& t, Connection* c, const http::Response& response,
           http::BodyKind kind, bool keep_alive) {
  t.tally.Answered(response.status);
  t.outbox->BeginWrite(c->id);
  const size_t before = t.outbox->arena().size();
  http::AppendResponse(response, kind, keep_alive, &t.outbox->arena());
  // Counted before the kernel has been asked, so that pipelined requests of one
  // read cannot ask for more than the queue's limit.
  if (c->queued == 0) c->progress = t.now;
  c->queued += t.outbox->arena().size() - before;
  t.outbox->EndWrite();
}

void Bury(Tables& t, Connection* c) {
  if (c->websocket) t.graveyard.push_back(std::move(c->websocket));
}

}  // namespace

void Answer(Tables& t, Connection* c, const http::Response& response) {
  if (c->relayed) {
    t.tally.Answered(response.status);
    t.outbox->Respond(c->id, HeadOf(response), response.body);
    ForgetConnection(t, c);
    return;
  }
  const http::Request& request = c->request();
  const bool keep_alive = request.keep_alive && !request.upgrade &&
                          !t.stopping && !c->peer_ended &&
                          c->requests < c->config->limits.http.max_requests;
  const bool no_body = request.method == http::Method::kHead ||
                       response.status == 204 || response.status == 304;
  Write(t, c, response,
        no_body ? http::BodyKind::kHeadOnly : http::BodyKind::kWhole,
        keep_alive);
  if (!keep_alive) {
    FinishConnection(t, c);
    return;
  }
  c->phase = Phase::kHttp;
  c->awaited = http::Parser::Phase::kIdle;
  c->session = {};
  c->client = {};
  c->jsonp_index.clear();
  c->here = false;
  t.SetDeadline(c, t.now + c->config->limits.keep_alive_timeout);
  t.MarkReady(c);
}

void AnswerAndClose(Tables& t, Connection* c, const http::Response& response) {
  if (c->relayed) {
    Answer(t, c, response);
    return;
  }
  Write(t, c, response, http::BodyKind::kWhole, false);
  FinishConnection(t, c);
}

void AnswerFault(Tables& t, Connection* c, const base::Fault& fault) {
  http::Response response = http::PlainText(fault.code, fault.text);
  if (fault.code == 405) response.With("Allow", "GET, HEAD, POST, OPTIONS");
  if (fault.code == 426)
    response.With("Upgrade", "websocket")
        .With("Sec-WebSocket-Version", "13, 8, 7");
  if (fault.code == 503) response.With("Retry-After", "5");
  AnswerAndClose(t, c, response);
}

void AnswerStream(Tables& t, Connection* c, const http::Response& head,
                  http::BodyKind kind) {
  c->phase = Phase::kStream;
  t.SetDeadline(c, 0);
  t.tally.Answered(head.status);
  if (c->relayed) {
    t.outbox->RespondStart(c->id, HeadOf(head));
    t.outbox->Write(c->id, head.body);
    return;
  }
  http::Response bare = head;
  bare.body.clear();
  t.outbox->BeginWrite(c->id);
  http::AppendResponse(bare, kind, kind == http::BodyKind::kChunked,
                       &t.outbox->arena());
  if (kind == http::BodyKind::kChunked) {
    http::AppendChunk(head.body, &t.outbox->arena());
  } else {
    t.outbox->arena().append(head.body);
  }
  t.outbox->EndWrite();
  c->input.clear();
  t.MarkReady(c);
}

void FinishConnection(Tables& t, Connection* c) {
  t.outbox->Finish(c->id);
  if (c->relayed) {
    ForgetConnection(t, c);
    return;
  }
  c->phase = Phase::kFinished;
  c->session = {};
  c->client = {};
  c->parser.reset();
  c->upgrade.reset();
  Bury(t, c);
  c->input = std::string();
  // The net room waits a bounded time for the peer's end; what is still queued
  // must move meanwhile.
  t.SetDeadline(c, t.now + c->config->limits.send_timeout);
}

void ResetConnection(Tables& t, Connection* c) {
  t.outbox->Reset(c->id);
  if (c->relayed) {
    ForgetConnection(t, c);
    return;
  }
  c->phase = Phase::kFinished;
  c->session = {};
  c->client = {};
  c->deadline = 0;
}

void ForgetConnection(Tables& t, Connection* c) {
  Bury(t, c);
  const auto found = t.listeners.find(c->listener);
  if (found != t.listeners.end() && c->counted) {
    Listener& listener = found->second;
    if (listener.connections > 0) --listener.connections;
    if (c->pending && listener.pending > 0) --listener.pending;
    if (c->counted_address) {
      const auto address = listener.by_address.find(c->peer_address);
      if (address != listener.by_address.end() && --address->second == 0)
        listener.by_address.erase(address);
    }
  }
  t.connections.Erase(c->id);
}

}  // namespace rabbit_socks::session
