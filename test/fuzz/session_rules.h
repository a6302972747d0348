// SPDX-License-Identifier: MPL-2.0
// What the outbox may say, whatever happens: aborts when a promise of the
// session room is broken.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SESSION_RULES_H_
#define RABBIT_SOCKS_TEST_FUZZ_SESSION_RULES_H_

#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/outbox.h"

namespace rabbit_socks::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

class SessionRules {
 public:
  struct Session {
    std::string owner;     // empty: not accepted
    int64_t messages = 0;  // on the way to its process
    bool closed = false;
    bool away = false;
    bool congested = false;
    uint64_t asked = 0;  // by sync, and not yet answered
  };

  // A session may have `most` messages on the way: its credit, and what was in
  // the one payload that was taken with the last of it.
  explicit SessionRules(int64_t most) : most_(most) {}

  // Reads and clears the outbox.
  void Read(base::Outbox* outbox) {
    for (const base::Effect& effect : outbox->effects()) Judge(effect, *outbox);
    outbox->Clear();
  }

  void Accepted(uint64_t id, const std::string& owner) {
    if (sessions[id].owner.empty()) sessions[id].owner = owner;
  }
  void Credited(uint64_t id, int64_t messages) {
    Session& s = sessions[id];
    s.messages = s.messages < messages ? 0 : s.messages - messages;
  }
  void Asked(uint64_t id, uint64_t number) { sessions[id].asked = number; }
  void Gone(uint64_t connection) {
    ended_.erase(connection);
    paused_.erase(connection);
  }
  // A broker's request has become a connection.
  void Switched(uint64_t connection) { ended_.erase(connection); }

  std::map<uint64_t, Session> sessions;
  std::vector<uint64_t> opened;
  std::set<uint64_t> forwards;  // requests that are with another node
  std::string sids[10];         // the last one first
  std::string pid;
  std::string tag;  // that ends names

 private:
  using Kind = base::Effect::Kind;

  void Judge(const base::Effect& effect, const base::Outbox& outbox) {
    const base::Bytes data = outbox.Data(effect.data);
    switch (effect.kind) {
      case Kind::kWrite:
        Require(!ended_.contains(effect.id));
        Learn(data);
        return;
      case Kind::kRespond:
        Require(!ended_.contains(effect.id));
        ended_[effect.id] = true;
        Learn(data);
        return;
      case Kind::kRespondStart:
      case Kind::kSwitch:
        Require(!ended_.contains(effect.id));
        return;
      case Kind::kFinish:
        Require(!ended_.contains(effect.id));
        ended_[effect.id] = true;
        return;
      case Kind::kReset:
        ended_[effect.id] = true;
        return;
      case Kind::kPauseReading:
        Require(!std::exchange(paused_[effect.id], true));
        return;
      case Kind::kResumeReading:
        Require(std::exchange(paused_[effect.id], false));
        return;
      case Kind::kForward:
        Require(forwards.insert(effect.id).second);
        return;
      case Kind::kWithdraw:
        Require(forwards.erase(effect.id) == 1);
        return;
      case Kind::kLog:
        return;
      case Kind::kOpen:
        Require(!sessions.contains(effect.id));
        sessions[effect.id] = {};
        opened.push_back(effect.id);
        return;
      case Kind::kMessage:
      case Kind::kEvent:
      case Kind::kAck:
      case Kind::kClosed:
      case Kind::kAway:
      case Kind::kBack:
      case Kind::kCongested:
      case Kind::kDrained:
      case Kind::kDropped:
      case Kind::kSynced:
      case Kind::kBroadcasts:
        JudgeSession(effect, std::string(outbox.Data(effect.owner)));
        return;
    }
  }

  void JudgeSession(const base::Effect& effect, const std::string& owner) {
    Require(sessions.contains(effect.id));
    Session& s = sessions[effect.id];
    Require(!owner.empty());
    // The answer to an accept that came too late.
    if (effect.kind == Kind::kClosed && owner != s.owner) return;
    Require(owner == s.owner && !s.closed);
    switch (effect.kind) {
      case Kind::kClosed:
        Require(effect.code >= 1000 && effect.code < 5000);
        s.closed = true;
        return;
      case Kind::kAway:
        Require(!std::exchange(s.away, true));
        return;
      case Kind::kBack:
        Require(std::exchange(s.away, false));
        return;
      case Kind::kCongested:
        Require(!std::exchange(s.congested, true));
        return;
      case Kind::kDrained:
        Require(std::exchange(s.congested, false));
        return;
      case Kind::kDropped:
        Require(!s.away && effect.number > 0);
        return;
      case Kind::kSynced:
        Require(!s.away && !s.congested && effect.number == s.asked);
        s.asked = 0;
        return;
      case Kind::kBroadcasts:
        Require(effect.number > 0);
        return;
      default:
        Require(!s.away && ++s.messages <= most_);
        return;
    }
  }

  // The ids in what a client is told.
  void Learn(base::Bytes text) {
    const size_t size = 27 + tag.size();
    const auto behind = [&](std::string_view mark) {
      const size_t at = text.find(mark);
      return at == text.npos ? std::string()
                             : std::string(text.substr(at + mark.size(), size));
    };
    if (const std::string found = behind("\"pid\":\""); !found.empty())
      pid = found.substr(0, 27);
    // A connect's sid is the namespace's; the client's comes with the times.
    std::string sid;
    if (text.find("pingInterval") != text.npos) sid = behind("sid\":\"");
    if (const size_t at = text.find(":websocket,"); at != text.npos) {
      const size_t begin = text.find("\r\n\r\n");
      if (begin != text.npos) sid = text.substr(begin + 4, size);
    }
    if (sid.empty()) sid = behind("~m~" + std::to_string(size) + "~m~");
    if (sid.empty() || sid == sids[0]) return;
    for (size_t i = 9; i > 0; --i) sids[i] = sids[i - 1];
    sids[0] = sid;
  }

  int64_t most_;
  std::map<uint64_t, bool> ended_, paused_;
};

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SESSION_RULES_H_
