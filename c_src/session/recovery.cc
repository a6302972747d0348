// SPDX-License-Identifier: MPL-2.0
#include "session/recovery.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "session/closing.h"
#include "session/engine_timers.h"
#include "session/holding.h"
#include "session/namespaces.h"
#include "session/syncing.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Value;
using framing::EnginePacket;

// Empty when the object has no such text.
Bytes TextIn(const Value& object, Bytes key) {
  const Value::Token* token = object.Find(0, key);
  if (token == nullptr || token->kind != Value::Kind::kText) return {};
  return object.BytesOf(*token);
}

Session* FindAway(Tables& t, const Client& k, Bytes pid, Bytes nsp) {
  const auto found = t.pids.find(std::string(pid));
  Session* s = found == t.pids.end() ? nullptr : t.FindSession(found->second);
  const bool its = s != nullptr && s->state == Session::State::kAway &&
                   s->listener == k.listener && s->route == k.route &&
                   s->nsp == nsp;
  return its ? s : nullptr;
}

void SendMissed(Tables& t, Client* k, const Session& s, size_t from) {
  const auto& sent = s.recovery->log->sent;
  for (size_t i = from; i < sent.size(); ++i) {
    for (const Rendered::Part& part : sent[i]->parts) {
      static_cast<void>(SendPacket(
          t, k, {EnginePacket::Type::kMessage, part.payload, part.data}));
    }
  }
}

}  // namespace

std::string NextOffset(Tables& t) { return std::to_string(++t.offsets); }

std::string OffsetFor(Tables& t, const Session& s) {
  std::string offset;
  if (!s.recovery) return offset;
  if (s.recovery->log) offset = NextOffset(t);
  if (s.recovery->position) offset.append(".").append(*s.recovery->position);
  return offset;
}

bool HasPosition(const Session& s) {
  return s.recovery && s.recovery->position.has_value();
}

void SetPosition(Session* s, Bytes position) {
  if (s->recovery && s->config->routes[s->route].resumes)
    s->recovery->position.emplace(position);
}

void MakeRecoverable(Tables& t, Session* s) {
  const Client* k = t.FindClient(s->client);
  const bool waits = s->config->limits.recovery;
  if (!waits && !s->config->routes[s->route].resumes) return;
  if (k == nullptr || !k->generation->strict) return;
  s->recovery = std::make_unique<Recovery>();
  s->recovery->pid = base::RandomName();
  s->recovery->sid = base::RandomName();
  if (!waits) return;
  s->recovery->log = std::make_unique<Recovery::Log>();
  t.pids.emplace(s->recovery->pid, s->id);
}

void Remember(Session* s, std::shared_ptr<const Rendered> sent) {
  if (sent->offset.empty() || !s->recovery || !s->recovery->log) return;
  Recovery::Log& log = *s->recovery->log;
  log.bytes += sent->size();
  log.sent.push_back(std::move(sent));
  while (log.bytes > s->config->limits.recovery_bytes) {
    log.bytes -= log.sent.front()->size();
    log.sent.pop_front();
  }
}

bool GoAway(Tables& t, Session* s) {
  if (!s->recovery || !s->recovery->log) return false;
  if (s->state != Session::State::kOpen || t.stopping) return false;
  if (Client* k = t.FindClient(s->client)) {
    k->sessions.erase(
        std::remove(k->sessions.begin(), k->sessions.end(), s->id),
        k->sessions.end());
  }
  RememberHeld(t, s);
  s->client = {};
  s->state = Session::State::kAway;
  if (std::exchange(s->congested, false)) t.outbox->Drained(s->id, s->owner);
  t.outbox->Away(s->id, s->owner);
  t.SetDeadline(s, t.now + s->config->limits.recovery_window);
  return true;
}

void ForgetRecovery(Tables& t, Session* s) {
  if (!s->recovery) return;
  t.pids.erase(s->recovery->pid);
  s->recovery.reset();
}

bool Recover(Tables& t, Client* k, const framing::SocketPacket& connect) {
  const Bytes offset = TextIn(connect.data, "offset");
  Session* s = FindAway(t, *k, TextIn(connect.data, "pid"), connect.nsp);
  if (s == nullptr) return false;
  const auto& log = s->recovery->log->sent;
  const auto last = std::find_if(log.begin(), log.end(), [&](const auto& sent) {
    return sent->offset == offset;
  });
  if (last == log.end()) {
    // It has missed more than is known: another session is no worse.
    EndSession(t, s, 1006, "the client has missed too much");
    return false;
  }
  s->client = k->id;
  s->state = Session::State::kOpen;
  k->sessions.push_back(s->id);
  t.SetDeadline(s, 0);
  t.outbox->Back(s->id, s->owner);
  SyncAgain(t, *s);
  NamespaceAccepted(t, k, *s);
  SendMissed(t, k, *s, static_cast<size_t>(last - log.begin()) + 1);
  return true;
}

}  // namespace rabbit_socks::session
