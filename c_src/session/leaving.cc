// SPDX-License-Identifier: MPL-2.0
#include "session/leaving.h"

#include <algorithm>
#include <cstdint>

#include "session/answer.h"
#include "session/closing.h"

namespace rabbit_socks::session {
namespace {

using Phase = Connection::Phase;

// The hixie drafts end by ending the TCP connection as often as by a close
// frame: that is no loss.
uint16_t CodeFor(const Connection& c) {
  return c.websocket && !c.websocket->codec().has_control_frames() ? 1005
                                                                   : 1006;
}

}  // namespace

void LeaveSession(Tables& t, Connection* c) {
  Session* s = t.FindSession(c->session);
  c->session = {};
  if (s == nullptr) return;
  switch (c->phase) {
    case Phase::kPoll:
      // What the client missed it fetches with its next poll, if that comes in
      // time.
      s->connection = {};
      t.SetDeadline(s, t.now + s->config->limits.session_timeout);
      return;
    case Phase::kPost:
      s->posts.erase(std::remove(s->posts.begin(), s->posts.end(), c->id),
                     s->posts.end());
      return;
    case Phase::kOpening:
    case Phase::kHixieKey:
    case Phase::kSwitching:
    case Phase::kWebSocket:
    case Phase::kEnding:
    case Phase::kStream:
      return EndSession(t, s, CodeFor(*c), "the connection was lost");
    case Phase::kHttp:
    case Phase::kClosing:
    case Phase::kFinished:
      return;
  }
}

void EndOfInput(Tables& t, Connection* c) {
  if (c->phase == Phase::kFinished) return;
  LeaveSession(t, c);
  FinishConnection(t, c);
}

}  // namespace rabbit_socks::session
