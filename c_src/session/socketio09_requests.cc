// SPDX-License-Identifier: MPL-2.0
#include "session/socketio09_requests.h"

#include <optional>
#include <string>
#include <utility>

#include "http/query.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/forwarding.h"
#include "session/namespaces.h"
#include "session/opening.h"
#include "session/polls.h"
#include "session/upgrade.h"
#include "session/wire.h"
#include "transport/dress.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using framing::EnginePacket;
using http::Method;
using transport::Dress;
using transport::Family;
using Phase = Connection::Phase;

// "Client not handshaken", advice: reconnect.
constexpr Bytes kNotHandshaken = "7:::1+0";

void AnswerWithCors(Tables& t, Connection* c, const http::OriginPolicy& origins,
                    http::Response response) {
  origins.AddCors(c->request().headers, &response);
  Answer(t, c, response);
}

const http::OriginPolicy& OriginsOf(const Connection& c, const Target& target) {
  return c.config->routes[target.route].origins;
}

Client* FindFor(Tables& t, const Connection& c, const Target& target) {
  Client* k = t.FindName(target.name);
  const bool ours = k != nullptr &&
                    k->speaks(framing::Generation::Wire::kPackets) &&
                    k->IsAt(c.listener, target.route);
  return ours ? k : nullptr;
}

// Another transport takes over: the older one has nothing more to say.
void DropTransport(Tables& t, Client* k) {
  Connection* older = t.FindConnection(k->connection);
  k->connection = {};
  if (older == nullptr) return;
  if (older->phase == Phase::kPoll) return AnswerPoll(t, k, older);
  older->client = {};
  if (older->phase == Phase::kWebSocket)
    return StartCloseHandshake(t, older, 1000, "");
  FinishConnection(t, older);
}

void Attach(Tables& t, Client* k, Connection* c, const transport::Row* row) {
  DropTransport(t, k);
  k->transport = row;
  k->connection = c->id;
  k->heartbeat_sent = false;
  c->client = k->id;
}

// What came while there was no transport, or for the one that left.
void SendQueue(Tables& t, Client* k) {
  const PacketQueue queue = std::exchange(k->queue, PacketQueue());
  queue.For([&](const EnginePacket& packet) {
    static_cast<void>(SendPacket(t, k, packet));
  });
}

void StartHeartbeats(Tables& t, Client* k) {
  t.SetDeadline(k, t.now + k->config->limits.heartbeat_interval_09);
}

void OpenWebSocket(Tables& t, Connection* c, const Target& target) {
  if (!ReadUpgrade(t, c, nullptr)) return;
  Client* k = FindFor(t, *c, target);
  const bool known = k != nullptr && k->state == Client::State::kOpen;
  if (known) {
    Attach(t, k, c, target.transport);
    AcceptUpgrade(t, c, {});
    SendQueue(t, k);
    StartHeartbeats(t, k);
  } else {
    AcceptUpgrade(t, c, {});
    static_cast<void>(
        SendOnWebSocket(t, c, base::Payload::kText, kNotHandshaken));
  }
  // One whose client is not known ends with its handshake.
  if (c->phase == Phase::kHixieKey)
    static_cast<void>(ContinueHandshake(t, c, {}));
}

void OpenStream(Tables& t, Client* k, Connection* c,
                const transport::Row* row) {
  Attach(t, k, c, row);
  http::Response head = transport::StreamHead(*row);
  k->origins().AddCors(c->request().headers, &head);
  AnswerStream(t, c, head, transport::StreamBodyKind(*row));
  SendQueue(t, k);
  StartHeartbeats(t, k);
}

// A stream with one payload, which ends.
http::Response ShortStream(const transport::Row& row, Bytes payload) {
  http::Response whole = transport::StreamHead(row);
  whole.body += transport::StreamPart(row, payload);
  return whole;
}

void Poll(Tables& t, Client* k, Connection* c, const transport::Row* row) {
  const bool last = k->state == Client::State::kLingering;
  Attach(t, k, c, row);
  if (!k->queue.empty()) {
    AnswerPoll(t, k, c);
    if (last) EndClient(t, k, 1000, "");
    return;
  }
  c->phase = Phase::kPoll;
  t.SetDeadline(c, 0);
  t.SetDeadline(k, t.now + k->config->limits.poll_timeout);
}

void Handshake(Tables& t, Connection* c, Target target) {
  const std::optional<std::string> index =
      http::FormValue(c->request().query, "jsonp");
  if (index && !transport::IsJsonpIndex(*index)) {
    return AnswerFault(
        t, c, Fault{400, "the index of a jsonp request is 1 to 9 digits"});
  }
  if (!MayOpenClient(t, c)) return;
  c->jsonp_index = index.value_or("");
  // Until a transport comes, what is sent waits as for a poll.
  target.transport = transport::FindRow(transport::Age::k09, "xhr-polling");
  target.name.clear();
  OpenClient(t, c, std::move(target), framing::SocketIo09Clients(), "http");
}

// On unload of a page: "?disconnect" on whatever transport.
void ForcedDisconnect(Tables& t, Connection* c, const Target& target) {
  const http::OriginPolicy origins = OriginsOf(*c, target);
  Client* k = FindFor(t, *c, target);
  if (k == nullptr && ForwardRequest(t, c, target.name)) return;
  if (k != nullptr) CloseClient(t, k, 1000, "");
  AnswerWithCors(t, c, origins, http::PlainText(200, ""));
}

void HandleTransport(Tables& t, Connection* c, const Target& target) {
  const http::OriginPolicy& origins = OriginsOf(*c, target);
  if (target.transport->dress == Dress::kJsonp) {
    const std::optional<std::string> index =
        http::FormValue(c->request().query, "i");
    if (!index || !transport::IsJsonpIndex(*index)) {
      return AnswerFault(
          t, c, Fault{400, "the index of a jsonp request is 1 to 9 digits"});
    }
    c->jsonp_index = *index;
  }
  const bool post = c->request().method == Method::kPost;
  if (!post && c->request().method != Method::kGet)
    return AnswerFault(t, c, Fault{405, "method not allowed"});
  const bool streams = target.transport->family == Family::kStreaming;
  Client* k = FindFor(t, *c, target);
  if (k == nullptr) {
    if ((post || !streams) && ForwardRequest(t, c, target.name)) return;
    if (post)
      return AnswerWithCors(t, c, origins,
                            transport::PostAnswer(*target.transport));
    return AnswerWithCors(
        t, c, origins,
        streams ? ShortStream(*target.transport, kNotHandshaken)
                : transport::PollAnswer(*target.transport, kNotHandshaken,
                                        c->jsonp_index));
  }
  if (post) return HoldPost(t, k, c);
  if (!streams) return Poll(t, k, c, target.transport);
  if (k->state == Client::State::kOpen)
    return OpenStream(t, k, c, target.transport);
  // It has the queue to fetch, and no more.
  const http::Response last =
      ShortStream(*target.transport, QueuedPayload09(k->queue));
  EndClient(t, k, 1000, "");
  AnswerWithCors(t, c, origins, last);
}

}  // namespace

void HandleSocketIo09(Tables& t, Connection* c, Target target) {
  const http::OriginPolicy& origins = OriginsOf(*c, target);
  if (c->request().method == Method::kOptions)
    return Answer(t, c, origins.Preflight(c->request().headers));
  const bool upgrade = IsWebSocketUpgrade(c->request());
  if (!target.name.empty() &&
      http::FormValue(c->request().query, "disconnect") && !upgrade)
    return ForcedDisconnect(t, c, target);
  if (target.operation.empty() && !upgrade)
    return Handshake(t, c, std::move(target));
  if (target.transport == nullptr || target.name.empty())
    return AnswerFault(t, c, Fault{404, "no such transport"});
  const bool websocket = target.transport->family == Family::kWebSocket;
  if (websocket && !upgrade)
    return AnswerFault(t, c, Fault{426, "this path speaks WebSocket only"});
  if (upgrade && !websocket)
    return AnswerFault(t, c, Fault{400, "this transport is no WebSocket"});
  if (websocket) return OpenWebSocket(t, c, target);
  HandleTransport(t, c, target);
}

void Accept09(Tables& t, Client* k, Connection* c) {
  const Limits& limits = k->config->limits;
  NameClient(t, k);
  k->connection = {};
  t.SetDeadline(k, t.now + limits.session_timeout_09);
  // The first transport that comes tells the client that it is connected.
  if (const Session* s = t.FindNamespace(*k, "/")) NamespaceAccepted(t, k, *s);
  AnswerWithCors(
      t, c, k->origins(),
      transport::HandshakeAnswer09(k->name, limits.heartbeat_timeout_09,
                                   limits.session_timeout_09, c->jsonp_index));
}

void Refuse09(Tables& t, Connection* c, uint32_t route, uint16_t status) {
  const Bytes text =
      status == 403 ? "handshake unauthorized" : "handshake error";
  AnswerWithCors(t, c, c->config->routes[route].origins,
                 transport::HandshakeRefusal09(status, text, c->jsonp_index));
}

}  // namespace rabbit_socks::session
