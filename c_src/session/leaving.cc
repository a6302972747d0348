// SPDX-License-Identifier: MPL-2.0
#include "session/leaving.h"

#include <cstdint>

#include "session/answer.h"
#include "session/closing.h"
#include "session/engine_upgrade.h"
#include "session/forwarding.h"
#include "session/polls.h"

namespace rabbit_socks::session {
namespace {

using Phase = Connection::Phase;
using Wire = framing::Generation::Wire;

// The hixie drafts end by ending the TCP connection as often as by a close
// frame: that is no loss.
uint16_t CodeFor(const Connection& c) {
  return c.websocket && !c.websocket->codec().has_control_frames() ? 1005
                                                                   : 1006;
}

void LeavePoll(Tables& t, Client* k) {
  k->connection = {};
  switch (k->generation->wire) {
    case Wire::kFrames:
      return t.SetDeadline(k, t.now + k->config->limits.session_timeout);
    case Wire::kPackets:
      return t.SetDeadline(k, t.now + k->config->limits.session_timeout_09);
    case Wire::kEngine:  // a client of Engine.IO does so to leave
      return EndClient(t, k, 1006, "the poll was given up");
  }
}

}  // namespace

void LeaveSession(Tables& t, Connection* c) {
  switch (c->phase) {
    case Phase::kPoll:
      // What the client missed it fetches with its next poll, if that comes in
      // time.
      if (Client* k = t.FindClient(c->client)) LeavePoll(t, k);
      break;
    case Phase::kPost:
      ForgetPost(t, c);
      break;
    case Phase::kForwarded:
      WithdrawForward(t, c);
      break;
    case Phase::kOpening:
    case Phase::kHixieKey:
    case Phase::kSwitching:
    case Phase::kWebSocket:
    case Phase::kEnding:
    case Phase::kStream:
      if (!ReleaseProbe(t, c))
        EndSessionsOf(t, c, CodeFor(*c), "the connection was lost");
      break;
    case Phase::kHttp:
    case Phase::kClosing:
    case Phase::kFinished:
      break;
  }
  c->session = {};
  c->client = {};
}

void EndOfInput(Tables& t, Connection* c) {
  if (c->phase == Phase::kFinished) return;
  LeaveSession(t, c);
  FinishConnection(t, c);
}

}  // namespace rabbit_socks::session
