// SPDX-License-Identifier: MPL-2.0
#include "session/namespaces.h"

#include <string>
#include <utility>

#include "base/random.h"
#include "session/closing.h"
#include "session/delivery.h"
#include "session/engine_timers.h"
#include "session/opening.h"
#include "session/recovery.h"
#include "session/wire.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;
using framing::SocketPacket;
using Type = SocketPacket::Type;
using Wire = framing::Generation::Wire;

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kPolicy = 1008;

SocketPacket PacketFor(Bytes nsp, Type type) {
  SocketPacket packet;
  packet.type = type;
  packet.nsp.assign(nsp);
  return packet;
}

void Send(Tables& t, Client* k, const SocketPacket& packet) {
  static_cast<void>(SendSocketPacket(t, k, packet));
}

void Open(Tables& t, Client* k, const SocketPacket& connect) {
  Session* s = AddSession(t, k);
  s->nsp = connect.nsp;
  base::OpenInfo info = k->request.Info();
  info.transport = k->transport->name;
  info.generation = k->generation->name;
  info.nsp = connect.nsp;
  if (!connect.query.empty()) info.query = connect.query;
  info.auth = connect.data;
  AskNode(t, s, std::move(info));
}

Fault Connect(Tables& t, Client* k, const SocketPacket& packet) {
  if (Session* s = t.FindNamespace(*k, packet.nsp)) {
    if (k->generation->strict)
      return {kProtocolError, "the namespace is connected already"};
    // Clients of 0.9 to 2 ask again, and are told again.
    if (s->state == Session::State::kOpen) NamespaceAccepted(t, k, *s);
    return {};
  }
  if (Recover(t, k, packet)) return {};
  if (k->sessions.size() >= k->config->limits.max_namespaces)
    return {kPolicy, "too many namespaces"};
  Open(t, k, packet);
  return {};
}

// 0.9: "0::" is the whole client, and is answered in kind.
bool IsForAll(const Client& k, const SocketPacket& packet) {
  return k.speaks(Wire::kPackets) && (packet.nsp.empty() || packet.nsp == "/");
}

Fault NotConnected(const Client& k) {
  if (!k.generation->strict) return {};
  return {kProtocolError, "the namespace is not connected"};
}

Fault Disconnect(Tables& t, Client* k, const SocketPacket& packet) {
  constexpr uint16_t kNormal = 1000;
  if (IsForAll(*k, packet)) {
    CloseClient(t, k, kNormal, "");
    return {};
  }
  Session* s = t.FindNamespace(*k, packet.nsp);
  if (s == nullptr) return NotConnected(*k);
  EndSession(t, s, kNormal, "");
  return {};
}

Fault Deliver(Tables& t, Client* k, SocketPacket* packet, size_t size) {
  Session* s = t.FindNamespace(*k, packet->nsp);
  if (s == nullptr || s->state == Session::State::kOpening)
    return NotConnected(*k);
  if (s->state == Session::State::kOpen)
    DeliverSocketPacket(t, s, packet, size);
  return {};
}

}  // namespace

void OpenDefaultNamespace(Tables& t, Client* k) {
  Open(t, k, PacketFor("/", Type::kConnect));
}

void NamespaceAccepted(Tables& t, Client* k, const Session& s) {
  SocketPacket connect = PacketFor(s.nsp, Type::kConnect);
  if (k->generation->strict) {
    connect.data.Object(s.recovery ? 2 : 1);
    connect.data.Text("sid");
    connect.data.Text(s.recovery ? s.recovery->sid : base::RandomName());
    if (s.recovery) {
      connect.data.Text("pid");
      connect.data.Text(s.recovery->pid);
    }
    k->engine->connect_by = 0;
    ScheduleEngine(t, k);
  }
  Send(t, k, connect);
}

void NamespaceRefused(Tables& t, Client* k, Session* s, Bytes text,
                      const Value& data) {
  SocketPacket error = PacketFor(s->nsp, Type::kError);
  EndSession(t, s, 1006, "");
  if (k->generation->strict) {
    error.data.Object(data.empty() ? 1 : 2);
    error.data.Text("message");
    error.data.Text(text);
    if (!data.empty()) {
      error.data.Text("data");
      error.data.Append(data, 0);
    }
  } else if (!data.empty()) {
    error.data = data;
  } else {
    error.data.Text(text);
  }
  Send(t, k, error);
}

void DisconnectNamespace(Tables& t, Client* k, Session* s, uint16_t code,
                         Bytes reason) {
  const SocketPacket disconnect = PacketFor(s->nsp, Type::kDisconnect);
  if (IsForAll(*k, disconnect)) return CloseClient(t, k, code, reason);
  Send(t, k, disconnect);
  EndSession(t, s, code, reason);
}

void TellDisconnected(Tables& t, Client* k) {
  for (const base::SessionId id : k->sessions) {
    const Session* s = t.FindSession(id);
    if (s != nullptr && s->state == Session::State::kOpen)
      Send(t, k, PacketFor(s->nsp, Type::kDisconnect));
  }
}

Fault TakeSocketPacket(Tables& t, Client* k, SocketPacket* packet,
                       size_t size) {
  switch (packet->type) {
    case Type::kConnect:
      return Connect(t, k, *packet);
    case Type::kDisconnect:
      return Disconnect(t, k, *packet);
    case Type::kEvent:
    case Type::kAck:
    case Type::kMessage:
    case Type::kJson:
      return Deliver(t, k, packet, size);
    case Type::kError:
      return NotConnected(*k);
    case Type::kHeartbeat:
    case Type::kNoop:
      return {};
  }
  return {};
}

}  // namespace rabbit_socks::session
