// SPDX-License-Identifier: MPL-2.0
#include "node/reader.h"

#include <limits>
#include <string>
#include <utility>

#include "node/compound.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;

constexpr int64_t kMaxId = (int64_t{1} << 56) - 1;

bool ReadId(TermReader* term, uint64_t* id) {
  int64_t value = 0;
  if (!term->Integer(0, kMaxId, &value)) return false;
  *id = static_cast<uint64_t>(value);
  return true;
}

bool ReadSession(TermReader* term, base::SessionId* session) {
  return ReadId(term, &session->value);
}

template <class T>
bool ReadNumber(TermReader* term, int64_t min, int64_t max, T* number) {
  int64_t value = 0;
  if (!term->Integer(min, max, &value)) return false;
  *number = static_cast<T>(value);
  return true;
}

// Code, Reason: the last arguments of all that closes. RFC 6455 section 7.4.
bool ReadClose(TermReader* term, uint16_t* code, Bytes* reason) {
  return ReadNumber(term, 1000, 4999, code) && term->Binary(reason);
}

bool Send(TermReader* term, Commands* commands) {
  base::SessionId session;
  return ReadSession(term, &session) && ReadList(term, [&](TermReader* t) {
           Bytes kind;
           Bytes data;
           if (!t->Tuple(2) || !t->Atom(&kind) || !t->Binary(&data))
             return false;
           const bool text = kind == "utf8";
           if (!text && kind != "binary") return false;
           commands->OnSend(
               session, text ? base::Payload::kText : base::Payload::kBinary,
               data);
           return true;
         });
}

bool Credit(TermReader* term, Commands* commands) {
  base::SessionId session;
  constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();
  uint32_t messages = 0;
  uint32_t bytes = 0;
  if (!ReadSession(term, &session) || !ReadNumber(term, 0, kMax, &messages) ||
      !ReadNumber(term, 0, kMax, &bytes))
    return false;
  commands->OnCredit(session, messages, bytes);
  return true;
}

bool ReadBytes(TermReader* term, Commands* commands) {
  uint64_t ref = 0;
  Bytes bytes;
  if (!ReadId(term, &ref) || !term->Binary(&bytes)) return false;
  commands->OnBytes(ref, bytes);
  return true;
}

bool Accept(TermReader* term, Commands* commands) {
  base::SessionId session;
  Bytes pid;
  Fields headers;
  if (!ReadSession(term, &session) || !term->Pid(&pid) ||
      !ReadFields(term, &headers))
    return false;
  commands->OnAccept(session, pid, std::move(headers));
  return true;
}

bool Close(TermReader* term, Commands* commands) {
  base::SessionId session;
  uint16_t code = 0;
  Bytes reason;
  if (!ReadSession(term, &session) || !ReadClose(term, &code, &reason))
    return false;
  commands->OnClose(session, code, reason);
  return true;
}

bool Refuse(TermReader* term, Commands* commands) {
  base::SessionId session;
  uint16_t status = 0;
  Bytes text;
  if (!ReadSession(term, &session) || !ReadNumber(term, 400, 599, &status) ||
      !term->Binary(&text))
    return false;
  commands->OnRefuse(session, status, text);
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
  if (!ReadId(term, &listener) || !ReadClose(term, &code, &reason))
    return false;
  commands->OnRemove(listener, code, reason);
  return true;
}

bool Hello(TermReader* term, Commands* commands) {
  int version = 0;
  Bytes release;
  if (!ReadNumber(term, 0, std::numeric_limits<int>::max(), &version))
    return false;
  // What else another version says is unknown; that it is another one must come
  // through.
  const bool read =
      version != kVersion
          ? term->Skip()
          : ReadMap(term, [&](Bytes key, TermReader* t) {
              return key == "release" ? t->Binary(&release) : t->Skip();
            });
  if (!read) return false;
  commands->OnHello(version, release);
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
    {"send", 3, Send},           {"credit", 4, Credit},
    {"bytes", 3, ReadBytes},     {"accept", 4, Accept},
    {"close", 4, Close},         {"refuse", 4, Refuse},
    {"request", 4, Request},     {"gone", 2, Gone},
    {"adopt", 3, Adopt},         {"listen", 3, Listen},
    {"configure", 3, Configure}, {"unlisten", 2, Unlisten},
    {"heartbeat", 2, Heartbeat}, {"remove", 4, Remove},
    {"hello", 3, Hello},         {"stop", 3, Stop},
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
