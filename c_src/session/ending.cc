// SPDX-License-Identifier: MPL-2.0
#include "session/ending.h"

#include <vector>

#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_upgrade.h"
#include "session/recovery.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using Phase = Connection::Phase;

// Of a close frame without a body (RFC 6455 7.1.5): answered with one.
constexpr uint16_t kNoCode = 1005;

// The node hears of the end now and may still answer what came before.
void BeginEnding(Tables& t, Session* s, uint16_t code, Bytes reason) {
  t.outbox->Closed(s->id, s->owner, code, reason);
  s->owner.clear();
  s->state = Session::State::kEnding;
  t.SetDeadline(s, 0);
}

}  // namespace

void EndWebSocket(Tables& t, Connection* c, uint16_t code, Bytes reason,
                  base::Fault answer) {
  c->closing = answer;
  ReleaseProbe(t, c);
  bool awaited = false;
  if (Session* s = t.FindSession(c->session)) {
    BeginEnding(t, s, code, reason);
    awaited = true;
  }
  if (Client* k = t.FindClient(c->client)) {
    t.SetDeadline(k, 0);
    t.ForgetName(k);
    // Who breaks a rule is not lost.
    const bool lost = code == 1000 || code == 1001 || code == kNoCode;
    const std::vector<base::SessionId> ids = k->sessions;
    for (const base::SessionId id : ids) {
      Session* s = t.FindSession(id);
      if (s == nullptr || (lost && GoAway(t, s))) continue;
      BeginEnding(t, s, code, reason);
      awaited = true;
    }
  }
  if (!awaited) {
    CompleteEnding(t, c);
    return;
  }
  c->phase = Phase::kEnding;
  t.SetDeadline(c, t.now + c->config->limits.close_timeout);
}

void ConfirmEnding(Tables& t, Session* s) {
  Connection* c = t.ConnectionOf(*s);
  EndSession(t, s, 1006, "");
  if (c == nullptr) return;
  const Client* k = t.FindClient(c->client);
  if (k == nullptr || k->sessions.empty()) CompleteEnding(t, c);
}

void CompleteEnding(Tables& t, Connection* c) {
  EndSessionsOf(t, c, 1006, "");
  // A draft without close codes has nothing to say of a fault: the TCP
  // connection ends. Its own close is answered.
  const bool says =
      c->websocket->codec().has_control_frames() || c->closing.code == kNoCode;
  if (says && c->phase != Phase::kClosing) {
    t.outbox->BeginWrite(c->id);
    c->websocket->codec().AppendClose(c->closing.code, c->closing.text,
                                      &t.outbox->arena());
    t.outbox->EndWrite();
  }
  FinishConnection(t, c);
}

}  // namespace rabbit_socks::session
