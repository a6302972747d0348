// SPDX-License-Identifier: MPL-2.0
#include "session/rooms.h"

#include <algorithm>
#include <string>
#include <vector>

#include "session/broadcast.h"
#include "session/outbound.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;

std::vector<Session::Membership>::iterator FindMembership(Session* s,
                                                          Bytes name) {
  return std::find_if(
      s->rooms.begin(), s->rooms.end(),
      [name](const Session::Membership& m) { return m.room->first == name; });
}

// The last member takes the place of the one that leaves, so leaving costs the
// same in a room of any size.
void LeavePlace(Tables& t, const Session::Membership& left) {
  std::vector<base::SessionId>& members = left.room->second.members;
  const base::SessionId last = members.back();
  members[left.index] = last;
  members.pop_back();
  if (left.index < members.size()) {
    Session* moved = t.FindSession(last);
    FindMembership(moved, left.room->first)->index = left.index;
  }
  if (members.empty()) t.rooms.erase(left.room->first);
}

// Is of a client to which an event is more than a text.
bool KnowsEvents(const Session& s) {
  return s.generation != nullptr &&
         (s.generation->packets != nullptr ||
          s.generation->wire == framing::Generation::Wire::kFrames);
}

bool IsIn(const Session& s, Bytes nsp) {
  return nsp.empty() || s.nsp == nsp || (s.nsp.empty() && nsp == "/");
}

// Marks the members of a room with the broadcast's number; those that had it
// are left out.
std::vector<base::SessionId> Unmarked(Tables& t,
                                      const std::vector<std::string>& rooms,
                                      uint64_t mark) {
  std::vector<base::SessionId> found;
  for (const std::string& name : rooms) {
    const auto room = t.rooms.find(name);
    if (room == t.rooms.end()) continue;
    for (const base::SessionId id : room->second.members) {
      Session* s = t.FindSession(id);
      if (s->broadcast == mark) continue;
      s->broadcast = mark;
      found.push_back(id);
    }
  }
  return found;
}

// Whom a broadcast may be for, but for the namespace.
std::vector<base::SessionId> Candidates(Tables& t,
                                        const base::Audience& audience,
                                        uint64_t mark) {
  if (!audience.everybody) return Unmarked(t, audience.rooms, mark);
  std::vector<base::SessionId> found;
  t.sessions.For([&](base::SessionId id, const Session& s) {
    if (s.broadcast != mark && KnowsEvents(s)) found.push_back(id);
  });
  return found;
}

}  // namespace

void JoinRoom(Tables& t, Session* s, Bytes name, base::SlowPolicy slow) {
  if (FindMembership(s, name) != s->rooms.end()) return;
  auto& room = *t.rooms.try_emplace(std::string(name)).first;
  std::vector<base::SessionId>& members = room.second.members;
  s->rooms.push_back({&room, static_cast<uint32_t>(members.size()), slow});
  members.push_back(s->id);
}

void LeaveRoom(Tables& t, Session* s, Bytes name) {
  const auto found = FindMembership(s, name);
  if (found == s->rooms.end()) return;
  const Session::Membership left = *found;
  s->rooms.erase(found);
  if (s->backlog) s->backlog->Forget(&left.room->second);
  LeavePlace(t, left);
}

void LeaveAllRooms(Tables& t, Session* s) {
  s->backlog.reset();
  while (!s->rooms.empty()) {
    const Session::Membership left = s->rooms.back();
    s->rooms.pop_back();
    LeavePlace(t, left);
  }
}

void BroadcastMessage(Tables& t, const base::Audience& audience,
                      const base::Message& message) {
  const uint64_t mark = ++t.broadcasts;
  for (const base::SessionId id : audience.except) {
    if (Session* s = t.FindSession(id)) s->broadcast = mark;
  }
  Unmarked(t, audience.except_rooms, mark);
  Broadcast broadcast(t, audience, message);
  // Sending may end sessions, and so change rooms: the members are collected
  // first.
  for (const base::SessionId id : Candidates(t, audience, mark)) {
    Session* s = t.FindSession(id);
    if (s != nullptr && IsIn(*s, audience.nsp) &&
        (s->state == Session::State::kOpen ||
         s->state == Session::State::kAway))
      broadcast.SendTo(s);
  }
}

}  // namespace rabbit_socks::session
