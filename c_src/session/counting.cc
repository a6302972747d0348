// SPDX-License-Identifier: MPL-2.0
#include "session/counting.h"

#include <utility>

#include "session/rendered.h"
#include "session/tables.h"

namespace rabbit_socks::session {

void CountBroadcast(Tables& t, Session* s, const Rendered& rendered) {
  if (rendered.parts.empty()) return;
  std::vector<Counts::Sent>& turn =
      t.counts.turns[s->id.slot() % Counts::kTurns];
  if (s->counted == 0) {
    turn.push_back({s->id});
    s->counted = static_cast<uint32_t>(turn.size());
  }
  Counts::Sent& sent = turn[s->counted - 1];
  ++sent.messages;
  for (const Rendered::Part& part : rendered.parts)
    sent.bytes += part.data.size();
}

void TellCounts(Tables& t) {
  const std::vector<Counts::Sent> turn =
      std::exchange(t.counts.turns[t.counts.next], {});
  t.counts.next = (t.counts.next + 1) % Counts::kTurns;
  for (const Counts::Sent& sent : turn) {
    Session* s = t.FindSession(sent.session);
    if (s == nullptr) continue;
    s->counted = 0;
    if (!s->owner.empty())
      t.outbox->Broadcasts(s->id, s->owner, sent.messages, sent.bytes);
  }
}

}  // namespace rabbit_socks::session
