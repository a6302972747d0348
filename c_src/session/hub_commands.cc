// SPDX-License-Identifier: MPL-2.0
// The commands of the node.
#include "base/utf8.h"
#include "session/accepting.h"
#include "session/closing.h"
#include "session/ending.h"
#include "session/hub_impl.h"
#include "session/inbound.h"
#include "session/namespaces.h"
#include "session/outbound.h"
#include "session/recovery.h"
#include "session/rooms.h"
#include "session/syncing.h"

namespace rabbit_socks::session {

using base::Bytes;
using base::SessionId;
using base::Time;

void Hub::Accept(
    SessionId id, Bytes owner,
    const std::vector<std::pair<std::string, std::string>>& headers, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  Tables& t = impl_->t;
  Session* s = t.FindSession(id);
  if (s == nullptr || s->state != Session::State::kOpening) {
    t.outbox->Closed(id, owner, 1006,
                     "");  // the client left before it was let in
    return;
  }
  AcceptSession(t, s, owner, headers);
}

void Hub::Refuse(SessionId id, uint16_t status, Bytes text,
                 const base::Value& data, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  Session* s = impl_->t.FindSession(id);
  if (s != nullptr && s->state == Session::State::kOpening)
    RefuseSession(impl_->t, s, status, base::IsUtf8(text) ? text : Bytes(),
                  data);
}

void Hub::Send(SessionId id, const base::Message& message, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  Session* s = impl_->t.FindSession(id);
  if (s != nullptr && TakesMessages(*s)) SendMessage(impl_->t, s, message);
}

void Hub::Credit(SessionId id, uint32_t messages, uint32_t bytes, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  if (Session* s = impl_->t.FindSession(id))
    GiveCredit(impl_->t, s, messages, bytes);
}

void Hub::Close(SessionId id, uint16_t code, Bytes reason, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  Tables& t = impl_->t;
  Session* s = t.FindSession(id);
  if (s == nullptr) return;
  if (s->state == Session::State::kOpen || s->state == Session::State::kAway) {
    CloseSession(t, s, code, reason);
  } else if (s->state == Session::State::kEnding) {
    ConfirmEnding(t, s);
  }
}

void Hub::Position(SessionId id, Bytes position, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  if (Session* s = impl_->t.FindSession(id)) SetPosition(s, position);
}

void Hub::Sync(SessionId id, uint64_t number, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  const Session* s = impl_->t.FindSession(id);
  if (s != nullptr && TakesMessages(*s)) AskSync(impl_->t, *s, number);
}

void Hub::Join(SessionId id, Bytes room, base::SlowPolicy slow, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  if (Session* s = impl_->t.FindSession(id)) JoinRoom(impl_->t, s, room, slow);
}

void Hub::Leave(SessionId id, Bytes room, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  if (Session* s = impl_->t.FindSession(id)) LeaveRoom(impl_->t, s, room);
}

void Hub::Broadcast(const base::Audience& audience,
                    const base::Message& message, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  BroadcastMessage(impl_->t, audience, message);
}

void Hub::Disconnect(SessionId id, bool whole, Time now) {
  const Impl::Step step(impl_.get(), now, true);
  Tables& t = impl_->t;
  Session* s = t.FindSession(id);
  if (s == nullptr) return;
  if (s->state == Session::State::kAway) return CloseSession(t, s, 1000, "");
  if (s->state != Session::State::kOpen) return;
  Client* k = t.FindClient(s->client);
  if (k == nullptr || k->generation->packets == nullptr)
    return CloseSession(t, s, 1000, "");
  if (whole) return CloseClient(t, k, 1000, "");
  DisconnectNamespace(t, k, s, 1000, "");
}

void Hub::EndCommands(Time now) { const Impl::Step step(impl_.get(), now); }

void Hub::EndTurn(Time now) {
  const Impl::Step step(impl_.get(), now);
  AnswerSyncs(impl_->t);
}

}  // namespace rabbit_socks::session
