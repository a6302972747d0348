// SPDX-License-Identifier: MPL-2.0
#include "node/message_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "node/arguments.h"
#include "node/compound.h"
#include "node/value_reader.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Fault;
using base::Message;
using base::Value;

constexpr Fault kBroken{kBrokenTerm, "malformed packet from the node"};
constexpr Fault kNoName{kNoValue, "an event's name that is not UTF-8"};
constexpr Fault kNoArguments{kNoValue, "arguments that are not a list"};
// Of ours: what JavaScript counts exactly.
constexpr int64_t kMaxAckId = (int64_t{1} << 53) - 1;
// Of a client: as long as the framing takes them (L16). A client may count
// further than JavaScript does.
constexpr int64_t kMaxClientAckId = 99999999999999999;

Fault ReadArguments(TermReader* term, Value* args) {
  const Fault fault = ReadValue(term, args);
  if (fault) return fault;
  return args->IsArray() ? Fault{} : kNoArguments;
}

bool ReadAckId(TermReader* term, std::optional<uint64_t>* id) {
  TermReader ahead = *term;
  Bytes name;
  if (ahead.Atom(&name)) {
    *term = ahead;
    return name == "none";
  }
  return ReadNumber(term, 0, kMaxAckId, &id->emplace());
}

// The whole message is stepped over, also where a part of it is no value.
Fault ReadEvent(TermReader* term, Value* args, Message* message) {
  message->kind = Message::Kind::kEvent;
  if (!term->Binary(&message->data)) return kBroken;
  const Fault fault = ReadArguments(term, args);
  if (fault.code == kBrokenTerm || !ReadAckId(term, &message->id))
    return kBroken;
  if (fault) return fault;
  return base::IsUtf8(message->data) ? Fault{} : kNoName;
}

Fault ReadAck(TermReader* term, Value* args, Message* message) {
  message->kind = Message::Kind::kAck;
  if (!ReadNumber(term, 0, kMaxClientAckId, &message->id.emplace()))
    return kBroken;
  return ReadArguments(term, args);
}

bool ReadRooms(TermReader* term, std::vector<std::string>* rooms) {
  return ReadList(term, [&](TermReader* t) {
    Bytes room;
    if (!ReadRoom(t, &room)) return false;
    rooms->emplace_back(room);
    return true;
  });
}

// [Room], or `all`.
bool ReadRooms(TermReader* term, base::Audience* audience) {
  TermReader ahead = *term;
  Bytes name;
  if (!ahead.Atom(&name)) return ReadRooms(term, &audience->rooms);
  *term = ahead;
  audience->everybody = name == "all";
  return audience->everybody;
}

bool ReadNamespace(TermReader* term, std::string* nsp) {
  Bytes name;
  if (!term->Binary(&name) || name.empty()) return false;
  nsp->assign(name);
  return true;
}

bool ReadKey(TermReader* term, std::optional<std::string>* key) {
  Bytes text;
  if (!term->Binary(&text) || text.size() > kMaxKey) return false;
  key->emplace(text);
  return true;
}

bool ReadSessions(TermReader* term, std::vector<base::SessionId>* sessions) {
  TermReader ahead = *term;
  Bytes packed;
  if (ahead.PackedList(&packed)) {
    *term = ahead;
    for (const char id : packed)
      sessions->push_back({static_cast<unsigned char>(id)});
    return true;
  }
  return ReadList(term, [&](TermReader* t) {
    return ReadSession(t, &sessions->emplace_back());
  });
}

}  // namespace

Fault ReadMessage(TermReader* term, Value* args, Message* message) {
  *message = {};
  args->Clear();
  uint32_t arity = 0;
  Bytes kind;
  if (!term->AnyTuple(&arity) || arity < 2 || !term->Atom(&kind))
    return kBroken;
  if (arity == 2 && (kind == "utf8" || kind == "binary")) {
    message->kind =
        kind == "utf8" ? Message::Kind::kText : Message::Kind::kBinary;
    return term->Binary(&message->data) ? Fault{} : kBroken;
  }
  message->args = args;
  if (arity == 4 && kind == "event") return ReadEvent(term, args, message);
  if (arity == 3 && kind == "ack") return ReadAck(term, args, message);
  return kBroken;
}

bool ReadAudience(TermReader* term, base::Audience* audience) {
  return ReadMap(term, [&](Bytes key, TermReader* t) {
    if (key == "rooms") return ReadRooms(t, audience);
    if (key == "namespace") return ReadNamespace(t, &audience->nsp);
    if (key == "key") return ReadKey(t, &audience->key);
    if (key == "except_rooms") return ReadRooms(t, &audience->except_rooms);
    return key == "except" && ReadSessions(t, &audience->except);
  });
}

}  // namespace rabbit_socks::node
