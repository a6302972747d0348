// SPDX-License-Identifier: MPL-2.0
#include "session/broadcast.h"

#include <utility>

#include "session/counting.h"
#include "session/holding.h"
#include "session/outbound.h"
#include "session/recovery.h"
#include "session/wire.h"

namespace rabbit_socks::session {

using base::Bytes;
using framing::EnginePacket;
using framing::Generation;

Broadcast::Broadcast(Tables& t, const base::Audience& audience,
                     const base::Message& message)
    : t_(t), audience_(audience), message_(message), offset_(NextOffset(t)) {}

Broadcast::Class* Broadcast::ClassOf(const Session& s) {
  const bool recoverable = s.recovery && s.recovery->log;
  for (Class& known : classes_) {
    if (known.generation == s.generation && known.nsp == s.nsp &&
        known.recoverable == recoverable)
      return &known;
  }
  Class& made = classes_.emplace_back();
  made.generation = s.generation;
  made.nsp = s.nsp;
  made.recoverable = recoverable;
  made.rendered = std::make_shared<const Rendered>(
      Render(message_, s.generation, s.nsp,
             recoverable ? Bytes(offset_) : Bytes(), &t_.outbound));
  Tables::Trim(&t_.outbound);
  return &made;
}

std::deque<Broadcast::Shared>& Broadcast::SharedOf(Class* of, bool base64) {
  std::deque<Shared>& shared = base64 ? of->base64 : of->plain;
  if (!shared.empty()) return shared;
  for (const Rendered::Part& part : of->rendered->parts) {
    if (of->generation == nullptr ||
        of->generation->wire != Generation::Wire::kEngine) {
      shared.emplace_back(part.payload, part.data);
      continue;
    }
    std::string message;
    const base::Payload payload = of->generation->engine->AppendMessage(
        {EnginePacket::Type::kMessage, part.payload, part.data}, base64,
        &message);
    shared.emplace_back(payload, std::move(message));
  }
  return shared;
}

bool Broadcast::SendOn(Connection* c, Class* of, bool base64) {
  std::deque<Shared>& shared = SharedOf(of, base64);
  for (size_t i = 0; i < shared.size(); ++i) {
    const Bytes frame =
        c->upgrade ? Bytes() : shared[i].frames.For(c->websocket->codec());
    if (!frame.empty()) {
      t_.outbox->Write(c->id, frame);
    } else if (!SendOnWebSocket(t_, c, shared[i].frames.payload(),
                                shared[i].message)) {
      return false;
    }
  }
  return true;
}

void Broadcast::SendTo(Session* s) {
  const Session::Membership* held_by = HeldBy(*s, audience_);
  if (HasPosition(*s)) {
    const auto rendered = RenderFor(t_, *s, message_);
    if (held_by != nullptr) return Hold(t_, s, *held_by, rendered, audience_);
    CountBroadcast(t_, s, *rendered);
    return SendRendered(t_, s, rendered);
  }
  Class* of = ClassOf(*s);
  if (held_by != nullptr) return Hold(t_, s, *held_by, of->rendered, audience_);
  CountBroadcast(t_, s, *of->rendered);
  SendRendered(t_, s, of->rendered, [&](Client* k, Connection* c) {
    return SendOn(c, of, k != nullptr && k->engine && k->engine->base64);
  });
}

}  // namespace rabbit_socks::session
