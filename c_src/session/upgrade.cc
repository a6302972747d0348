// SPDX-License-Identifier: MPL-2.0
#include "session/upgrade.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "http/response.h"
#include "session/answer.h"
#include "session/closing.h"
#include "session/opening.h"
#include "session/timers.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using Phase = Connection::Phase;
using websocket::Draft;

constexpr size_t kKey3Size = 8;
constexpr uint16_t kNoCode = 1005;

void WriteHead(Tables& t, Connection* c) {
  Upgrade& upgrade = *c->upgrade;
  if (upgrade.head_written) return;
  upgrade.head_written = true;
  t.outbox->BeginWrite(c->id);
  websocket::AppendAnswer(upgrade.offer, upgrade.subprotocol, upgrade.extra,
                          &t.outbox->arena());
  t.outbox->EndWrite();
}

void NegotiateExtensions(Connection& c, Upgrade* upgrade) {
  std::optional<websocket::DeflateAnswer> answer = websocket::NegotiateDeflate(
      c.request().headers, c.config->limits.compression);
  if (!answer) return;
  upgrade->deflate = answer->terms;
  upgrade->offer.extensions = std::move(answer->field);
}

// What the edge does with frames, no callback module can know.
bool IsExtensions(Bytes name) {
  return base::EqualsIgnoringCase(name, "sec-websocket-extensions");
}

// From here on the connection costs a codec and no parser.
void BecomeWebSocket(Tables& t, Connection* c) {
  if (!c->upgrade->output.empty()) t.outbox->Write(c->id, c->upgrade->output);
  c->upgrade.reset();
  c->parser.reset();
  c->relayed_request.reset();
  c->phase = Phase::kWebSocket;
  if (!c->session && !c->client)
    return StartCloseHandshake(t, c, kNoCode, "");  // it was accepted for that
  ScheduleLifeCheck(t, c);
  t.MarkReady(c);
}

}  // namespace

bool IsWebSocketUpgrade(const http::Request& request) {
  return request.upgrade && request.headers.HasToken("upgrade", "websocket");
}

bool ReadUpgrade(Tables& t, Connection* c,
                 const std::vector<std::string>* subprotocols) {
  const http::Request& request = c->request();
  websocket::UpgradeRequest asked;
  asked.is_get = request.method == http::Method::kGet;
  asked.minor = request.minor;
  asked.target = request.target;
  asked.headers = &request.headers;
  asked.body = request.body;
  asked.secure = c->secure;
  base::Result<websocket::Offer> offer = websocket::ReadOffer(asked);
  Fault fault;
  if (!offer.ok()) {
    fault = offer.fault();
  } else if (websocket::IsHixie(offer.value().draft) &&
             !c->config->limits.hixie) {
    fault = {400, "the hixie drafts are switched off here"};
  } else if (offer.value().draft == Draft::kHixie75 && c->relayed) {
    fault = {400,
             "hixie-75 cannot be served through the broker's web context; use "
             "a listener with a port of its own"};
  }
  if (fault) {
    AnswerFault(t, c, fault);
    return false;
  }
  auto upgrade = std::make_unique<Upgrade>();
  if (subprotocols != nullptr) {
    base::Result<std::string> chosen =
        websocket::ChooseSubprotocol(offer.value(), *subprotocols);
    if (!chosen.ok()) {
      AnswerFault(t, c, chosen.fault());
      return false;
    }
    upgrade->subprotocol = std::move(chosen.value());
  }
  upgrade->offer = std::move(offer.value());
  if (upgrade->offer.draft == Draft::kRfc6455)
    NegotiateExtensions(*c, upgrade.get());
  c->upgrade = std::move(upgrade);
  return true;
}

void StartUpgrade(Tables& t, Connection* c, Target target) {
  const bool bare = target.kind == Target::Kind::kWebSocket;
  const uint32_t route = target.route;
  if (!ReadUpgrade(t, c,
                   bare ? &c->config->routes[route].subprotocols : nullptr))
    return;
  const char* protocol = websocket::Name(c->upgrade->offer.draft);
  if (bare) {
    c->phase = Phase::kOpening;
    t.SetDeadline(c, 0);
    Session* s = AddSession(t, c, route);
    s->generation = framing::FindSubprotocol(c->upgrade->subprotocol);
    AskNode(t, s,
            InfoOf(c, &target, nullptr, protocol, c->upgrade->subprotocol,
                   s->generation));
    return;
  }
  if (!MayOpenClient(t, c)) return;
  OpenClient(t, c, std::move(target), framing::SocketIo06(), protocol);
}

void AcceptUpgrade(Tables& t, Connection* c, websocket::Fields extra) {
  Upgrade& upgrade = *c->upgrade;
  extra.erase(std::remove_if(extra.begin(), extra.end(),
                             [](const auto& field) {
                               return !http::IsSafeField(field.first,
                                                         field.second) ||
                                      IsExtensions(field.first);
                             }),
              extra.end());
  upgrade.extra = std::move(extra);
  c->websocket = std::make_unique<transport::WebSocket>(
      upgrade.offer.draft, c->config->limits.websocket, t.now,
      upgrade.deflate
          ? std::make_unique<websocket::Deflation>(*upgrade.deflate, &t.deflate)
          : nullptr);
  t.tally.Answered(101);
  if (c->relayed) {
    upgrade.head_written = true;
    base::RelayedHead head;
    head.status = 101;
    head.headers = websocket::AnswerFields(upgrade.offer, upgrade.subprotocol,
                                           upgrade.extra);
    t.outbox->Switch(c->id, std::move(head));
    c->phase = Phase::kSwitching;
    t.SetDeadline(c, t.now + c->config->limits.open_timeout);
    return;
  }
  c->phase = Phase::kHixieKey;
}

size_t ContinueHandshake(Tables& t, Connection* c, Bytes bytes) {
  Upgrade& upgrade = *c->upgrade;
  if (upgrade.offer.draft != Draft::kHixie76) {
    WriteHead(t, c);
    BecomeWebSocket(t, c);
    return 0;
  }
  std::string& key3 = upgrade.offer.key3;
  const size_t taken =
      std::min(bytes.size(), kKey3Size - std::min(kKey3Size, key3.size()));
  key3.append(bytes.substr(0, taken));
  if (key3.size() < kKey3Size) {
    // Some proxies pass the key on only after they have seen the 101. A client
    // that sent a part of it is not behind one of those: it can still be told
    // 408.
    if (key3.empty()) WriteHead(t, c);
    if (c->deadline == 0)
      t.SetDeadline(c, t.now + c->config->limits.head_timeout);
    t.MarkReady(c);
    return taken;
  }
  // Head and proof in one write: there are clients that check the proof only in
  // the read that completes the head.
  WriteHead(t, c);
  t.outbox->Write(c->id, websocket::Proof(upgrade.offer));
  BecomeWebSocket(t, c);
  return taken;
}

void SwitchedByBroker(Tables& t, Connection* c) {
  c->relayed = false;
  c->phase = Phase::kHixieKey;
  t.SetDeadline(c, 0);
  static_cast<void>(ContinueHandshake(t, c, {}));
}

}  // namespace rabbit_socks::session
