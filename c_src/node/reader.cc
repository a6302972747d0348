// SPDX-License-Identifier: MPL-2.0
#include "node/reader.h"

#include <limits>
#include <string>
#include <utility>

#include "base/random.h"
#include "node/arguments.h"
#include "node/compound.h"
#include "node/session_commands.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;

bool ReadBytes(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  Bytes bytes;
  if (!ReadId(term, &ref) || !term->Binary(&bytes)) return false;
  commands->OnBytes(ref, bytes);
  return true;
}

bool Request(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  base::ListenerId listener = 0;
  RelayedRequest request;
  if (!ReadId(term, &ref) || !ReadId(term, &listener) ||
      !ReadRequest(term, &request))
    return false;
  commands->OnRequest(ref, listener, std::move(request));
  return true;
}

bool Forwarded(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  Bytes name;
  RelayedRequest request;
  if (!ReadId(term, &ref) || !term->Binary(&name) ||
      !ReadRequest(term, &request))
    return false;
  commands->OnForwarded(ref, name, std::move(request));
  return true;
}

bool Answer(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  uint16_t status = 0;
  Fields headers;
  Bytes body;
  if (!ReadId(term, &ref) || !ReadNumber(term, 200, 599, &status) ||
      !ReadFields(term, &headers) || !term->Binary(&body))
    return false;
  commands->OnAnswer(ref, status, std::move(headers), body);
  return true;
}

bool Unanswered(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  if (!ReadId(term, &ref)) return false;
  commands->OnUnanswered(ref);
  return true;
}

bool Gone(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  if (!ReadId(term, &ref)) return false;
  commands->OnGone(ref);
  return true;
}

bool Adopt(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  Bytes buffer;
  if (!ReadId(term, &ref) || !term->Binary(&buffer)) return false;
  commands->OnAdopt(ref, buffer);
  return true;
}

bool Heartbeat(TermReader* term, Commands* commands) {
  uint64_t n = 0;
  if (!ReadId(term, &n)) return false;
  commands->OnHeartbeat(n);
  return true;
}

bool Listen(TermReader* term, Commands* commands) {
  base::ListenerId listener = 0;
  Config config;
  if (!ReadId(term, &listener) || !ReadConfig(term, &config)) return false;
  commands->OnListen(listener, std::move(config));
  return true;
}

bool Configure(TermReader* term, Commands* commands) {
  base::ListenerId listener = 0;
  Config config;
  if (!ReadId(term, &listener) || !ReadConfig(term, &config)) return false;
  commands->OnConfigure(listener, std::move(config));
  return true;
}

bool Unlisten(TermReader* term, Commands* commands) {
  base::ListenerId listener = 0;
  if (!ReadId(term, &listener)) return false;
  commands->OnUnlisten(listener);
  return true;
}

bool Remove(TermReader* term, Commands* commands) {
  base::ListenerId listener = 0;
  uint16_t code = 0;
  Bytes reason;
  base::Time window = 0;
  if (!ReadId(term, &listener) || !ReadClose(term, &code, &reason) ||
      !ReadNumber(term, 0, kMaxWindow, &window))
    return false;
  commands->OnRemove(listener, code, reason, window);
  return true;
}

// What a name of Socket.IO may hold, since it ends one.
bool ReadTag(TermReader* term, Bytes* tag) {
  return term->Binary(tag) && tag->size() <= kMaxTag && base::IsName(*tag);
}

bool Hello(TermReader* term, Commands* commands) {
  int version = 0;
  Bytes release;
  Bytes tag;
  if (!ReadNumber(term, 0, std::numeric_limits<int>::max(), &version))
    return false;
  // What else another version says is unknown; that it is another one must come
  // through.
  const bool read =
      version != kVersion
          ? term->Skip()
          : ReadMap(term, [&](Bytes key, TermReader* t) {
              if (key == "tag") return ReadTag(t, &tag);
              return key == "release" ? t->Binary(&release) : t->Skip();
            });
  if (!read) return false;
  commands->OnHello(version, release, tag);
  return true;
}

bool Stop(TermReader* term, Commands* commands) {
  uint16_t code = 0;
  Bytes reason;
  if (!ReadClose(term, &code, &reason)) return false;
  commands->OnStop(code, reason);
  return true;
}

struct Command {
  Bytes name;
  uint32_t arity;
  bool (*read)(TermReader*, Commands*);
};

// The frequent ones first.
constexpr Command kCommands[] = {
    {"send", 3, ReadSend},
    {"credit", 4, ReadCredit},
    {"broadcast", 3, ReadBroadcast},
    {"bytes", 3, ReadBytes},
    {"accept", 4, ReadAccept},
    {"close", 4, ReadCloseSession},
    {"position", 3, ReadPosition},
    {"sync", 3, ReadSync},
    {"join", 4, ReadJoin},
    {"leave", 3, ReadLeave},
    {"refuse", 5, ReadRefuse},
    {"disconnect", 3, ReadDisconnect},
    {"request", 4, Request},
    {"answer", 5, Answer},
    {"forwarded", 4, Forwarded},
    {"unanswered", 2, Unanswered},
    {"gone", 2, Gone},
    {"adopt", 3, Adopt},
    {"listen", 3, Listen},
    {"configure", 3, Configure},
    {"unlisten", 2, Unlisten},
    {"heartbeat", 2, Heartbeat},
    {"remove", 5, Remove},
    {"hello", 3, Hello},
    {"stop", 3, Stop},
};

bool ReadCommand(TermReader* term, Commands* commands) {
  uint32_t arity = 0;
  Bytes name;
  if (!term->AnyTuple(&arity) || arity == 0 || !term->Atom(&name)) return false;
  for (const Command& command : kCommands) {
    if (command.name == name)
      return arity == command.arity && command.read(term, commands);
  }
  for (uint32_t i = 1; i < arity; ++i) {
    if (!term->Skip()) return false;
  }
  commands->OnUnknown(name);
  return true;
}

}  // namespace

base::Fault ReadPacket(Bytes packet, Commands* commands) {
  constexpr base::Fault kMalformed{1, "malformed packet from the node"};
  if (packet.size() > kMaxPacket) return kMalformed;
  TermReader term(packet);
  if (!term.Version()) return kMalformed;
  const bool list = term.AtList();
  const bool read =
      list ? ReadList(&term,
                      [&](TermReader* t) { return ReadCommand(t, commands); })
           : ReadCommand(&term, commands);
  if (!read || !term.AtEnd()) return kMalformed;
  return {};
}

}  // namespace rabbit_socks::node
