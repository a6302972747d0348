// SPDX-License-Identifier: MPL-2.0
#include "session/holding.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "session/counting.h"
#include "session/outbound.h"
#include "session/recovery.h"

namespace rabbit_socks::session {
namespace {

void TellDropped(Tables& t, Session* s) {
  const uint64_t dropped = s->backlog->TakeDropped();
  if (dropped > 0) t.outbox->Dropped(s->id, s->owner, dropped);
}

// Sends until *budget is used up; the session may end by it.
void SendSome(Tables& t, Session* s, size_t* budget) {
  const base::SessionId id = s->id;
  while (s != nullptr && !s->backlog->empty() && *budget > 0) {
    const std::shared_ptr<const Rendered> message = s->backlog->Pop();
    *budget -= std::min(*budget, message->size());
    CountBroadcast(t, s, *message);
    SendRendered(t, s, message);
    s = t.FindSession(id);
  }
  if (s == nullptr) return;
  TellDropped(t, s);
  if (s->backlog->empty()) s->backlog.reset();
}

}  // namespace

const Session::Membership* HeldBy(const Session& s,
                                  const base::Audience& audience) {
  if (!s.congested && !s.backlog) return nullptr;
  for (const Session::Membership& m : s.rooms) {
    const auto& rooms = audience.rooms;
    if (m.slow != base::SlowPolicy::kClose &&
        std::find(rooms.begin(), rooms.end(), m.room->first) != rooms.end())
      return &m;
  }
  return nullptr;
}

void Hold(Tables& t, Session* s, const Session::Membership& by,
          std::shared_ptr<const Rendered> message,
          const base::Audience& audience) {
  const Limits& limits = s->config->limits;
  const size_t limit = limits.send_queue_hard -
                       std::min(limits.send_queue_hard, limits.send_queue_soft);
  const bool conflates = by.slow == base::SlowPolicy::kConflate;
  if (!s->backlog) s->backlog = std::make_unique<Backlog>();
  s->backlog->Push(std::move(message), &by.room->second,
                   conflates ? audience.key : std::nullopt, limit);
  if (!s->congested) NoteTaken(t, *s);
}

void NoteTaken(Tables& t, const Session& s) {
  if (s.backlog) t.taken.push_back(s.id);
}

void SendHeld(Tables& t) {
  if (t.taken.empty()) return;
  const std::vector<base::SessionId> ids = std::exchange(t.taken, {});
  // Sessions of one client follow each other, and share its connection.
  base::ClientId client;
  size_t budget = 0;
  for (const base::SessionId id : ids) {
    Session* s = t.FindSession(id);
    if (s == nullptr || !s->backlog || s->congested ||
        s->state != Session::State::kOpen)
      continue;
    if (!s->client || s->client != client) {
      client = s->client;
      const size_t queued = QueuedFor(t, *s);
      const size_t soft = s->config->limits.send_queue_soft;
      budget = soft - std::min(soft, queued);
    }
    SendSome(t, s, &budget);
  }
}

void RememberHeld(Tables& t, Session* s) {
  if (!s->backlog) return;
  while (!s->backlog->empty()) {
    const std::shared_ptr<const Rendered> message = s->backlog->Pop();
    CountBroadcast(t, s, *message);
    Remember(s, message);
  }
  s->backlog.reset();
}

}  // namespace rabbit_socks::session
