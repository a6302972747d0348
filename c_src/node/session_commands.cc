// SPDX-License-Identifier: MPL-2.0
#include "node/session_commands.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "base/utf8.h"
#include "node/arguments.h"
#include "node/compound.h"
#include "node/message_reader.h"
#include "node/value_reader.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Fault;
using base::Message;
using base::SessionId;
using base::Value;

// [] or [Value]
Fault ReadOptional(TermReader* term, Value* value) {
  constexpr Fault kBroken{kBrokenTerm, "malformed packet from the node"};
  TermReader ahead = *term;
  Bytes packed;
  if (ahead.PackedList(&packed)) {  // [Value] of a small integer
    *term = ahead;
    if (packed.size() != 1) return kBroken;
    value->Integer(static_cast<unsigned char>(packed[0]));
    return {};
  }
  uint32_t size = 0;
  if (!term->List(&size) || size > 1) return kBroken;
  if (size == 0) return {};
  const Fault fault = ReadValue(term, value);
  if (fault.code == kBrokenTerm || !term->ListEnd()) return kBroken;
  return fault;
}

bool ReadSlow(TermReader* term, base::SlowPolicy* slow) {
  using base::SlowPolicy;
  Bytes name;
  if (!term->Atom(&name)) return false;
  if (name == "close") {
    *slow = SlowPolicy::kClose;
  } else if (name == "drop_oldest") {
    *slow = SlowPolicy::kDropOldest;
  } else if (name == "conflate") {
    *slow = SlowPolicy::kConflate;
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool ReadAccept(TermReader* term, Commands* commands) {
  SessionId session;
  Bytes pid;
  Fields headers;
  if (!ReadSession(term, &session) || !term->Pid(&pid) ||
      !ReadFields(term, &headers))
    return false;
  commands->OnAccept(session, pid, std::move(headers));
  return true;
}

bool ReadRefuse(TermReader* term, Commands* commands) {
  SessionId session;
  uint16_t status = 0;
  Bytes text;
  if (!ReadSession(term, &session) || !ReadNumber(term, 400, 599, &status) ||
      !term->Binary(&text))
    return false;
  Value data;
  const Fault fault = ReadOptional(term, &data);
  if (fault.code == kBrokenTerm) return false;
  commands->OnRefuse(session, status, text, data);
  // The client is refused all the same; the session is gone by now.
  if (fault) commands->OnNoValue(session, fault.text);
  return true;
}

bool ReadSend(TermReader* term, Commands* commands) {
  SessionId session;
  Value args;
  return ReadSession(term, &session) && ReadList(term, [&](TermReader* t) {
           Message message;
           const Fault fault = ReadMessage(t, &args, &message);
           if (fault.code == kBrokenTerm) return false;
           if (fault) {
             commands->OnNoValue(session, fault.text);
           } else {
             commands->OnSend(session, message);
           }
           return true;
         });
}

bool ReadCredit(TermReader* term, Commands* commands) {
  SessionId session;
  constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();
  uint32_t messages = 0;
  uint32_t bytes = 0;
  if (!ReadSession(term, &session) || !ReadNumber(term, 0, kMax, &messages) ||
      !ReadNumber(term, 0, kMax, &bytes))
    return false;
  commands->OnCredit(session, messages, bytes);
  return true;
}

bool ReadCloseSession(TermReader* term, Commands* commands) {
  SessionId session;
  uint16_t code = 0;
  Bytes reason;
  if (!ReadSession(term, &session) || !ReadClose(term, &code, &reason))
    return false;
  commands->OnClose(session, code, reason);
  return true;
}

bool ReadDisconnect(TermReader* term, Commands* commands) {
  SessionId session;
  bool whole = false;
  if (!ReadSession(term, &session) || !term->Boolean(&whole)) return false;
  commands->OnDisconnect(session, whole);
  return true;
}

bool ReadPosition(TermReader* term, Commands* commands) {
  SessionId session;
  Bytes position;
  if (!ReadSession(term, &session) || !term->Binary(&position) ||
      position.size() > kMaxPosition || !base::IsUtf8(position))
    return false;
  commands->OnPosition(session, position);
  return true;
}

bool ReadSync(TermReader* term, Commands* commands) {
  SessionId session;
  uint64_t number = 0;
  if (!ReadSession(term, &session) || !ReadId(term, &number)) return false;
  commands->OnSync(session, number);
  return true;
}

bool ReadJoin(TermReader* term, Commands* commands) {
  SessionId session;
  Bytes room;
  base::SlowPolicy slow = base::SlowPolicy::kClose;
  if (!ReadSession(term, &session) || !ReadRoom(term, &room) ||
      !ReadSlow(term, &slow))
    return false;
  commands->OnJoin(session, room, slow);
  return true;
}

bool ReadLeave(TermReader* term, Commands* commands) {
  SessionId session;
  Bytes room;
  if (!ReadSession(term, &session) || !ReadRoom(term, &room)) return false;
  commands->OnLeave(session, room);
  return true;
}

bool ReadBroadcast(TermReader* term, Commands* commands) {
  base::Audience audience;
  Value args;
  Message message;
  if (!ReadAudience(term, &audience)) return false;
  const Fault fault = ReadMessage(term, &args, &message);
  if (fault.code == kBrokenTerm) return false;
  if (fault) {
    commands->OnNoValue(SessionId{}, fault.text);
  } else {
    commands->OnBroadcast(audience, message);
  }
  return true;
}

}  // namespace rabbit_socks::node
