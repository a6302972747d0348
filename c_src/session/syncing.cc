// SPDX-License-Identifier: MPL-2.0
#include "session/syncing.h"

#include <utility>
#include <vector>

namespace rabbit_socks::session {

void AskSync(Tables& t, const Session& s, uint64_t number) {
  t.syncs[s.id.value] = number;
  t.syncing.push_back(s.id);
}

void SyncAgain(Tables& t, const Session& s) {
  if (!t.syncs.empty() && t.syncs.contains(s.id.value))
    t.syncing.push_back(s.id);
}

void AnswerSyncs(Tables& t) {
  if (t.syncing.empty()) return;
  const std::vector<base::SessionId> ids = std::exchange(t.syncing, {});
  for (const base::SessionId id : ids) {
    const auto asked = t.syncs.find(id.value);
    const Session* s = t.FindSession(id);
    if (asked == t.syncs.end() || s == nullptr) continue;
    if (s->congested || s->state != Session::State::kOpen) continue;
    t.outbox->Synced(id, s->owner, asked->second);
    t.syncs.erase(asked);
  }
}

void ForgetSync(Tables& t, const Session& s) { t.syncs.erase(s.id.value); }

}  // namespace rabbit_socks::session
