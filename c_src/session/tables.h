// SPDX-License-Identifier: MPL-2.0
// The state of the edge that every file of this room works on: connections,
// clients, sessions, listeners, deadlines, and the outbox.
//
// Functions that take Tables& are the room's verbs. They may add to `ready`
// (connections whose kept input can be used again) but never run another
// connection's input themselves: the hub does, after the verb has returned. So
// no input, however crafted, nests calls.
#ifndef RABBIT_SOCKS_SESSION_TABLES_H_
#define RABBIT_SOCKS_SESSION_TABLES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "base/outbox.h"
#include "base/slot_map.h"
#include "base/tick_wheel.h"
#include "base/time.h"
#include "framing/packet_codec.h"
#include "session/client.h"
#include "session/config.h"
#include "session/connection.h"
#include "session/counting.h"
#include "session/session.h"
#include "session/tally.h"
#include "websocket/deflate_pool.h"

namespace rabbit_socks::session {

struct Listener {
  // Its sessions are closed one after the other: see removal.h.
  struct Leaving {
    uint16_t code;
    std::string reason;
    base::Time since, until;
    size_t all;         // sessions and clients that there were
    size_t closed = 0;  // of them
  };
  std::shared_ptr<const ListenerConfig> config;
  std::optional<Leaving> leaving;
  uint32_t connections = 0;
  uint32_t pending = 0;
  uint32_t clients = 0;        // of Socket.IO and Engine.IO
  uint32_t forwards = 0;       // requests that are with another node
  uint64_t forward_bytes = 0;  // of their bodies
  std::unordered_map<std::string, uint32_t>
      by_address;  // kept only with max_connections_per_address
};

// A request that is with another node: see forwarding.h.
struct Forward {
  base::ConnectionId connection;
  base::Time until = 0;
  uint64_t bytes = 0;  // of its body
};

struct Tables {
  Tables(base::Outbox* box, base::Time start, uint32_t max)
      : outbox(box), wheel(start), now(start), max_connections(max) {}

  base::Outbox* outbox;
  websocket::DeflatePool deflate;  // before the codecs that use it
  base::SlotMap<Connection, base::ConnectionId> connections;
  base::SlotMap<Session, base::SessionId> sessions;
  base::SlotMap<Client, base::ClientId> clients;
  std::unordered_map<base::ListenerId, Listener> listeners;
  std::unordered_map<std::string_view, base::ClientId>
      names;        // Socket.IO session ids; views of the clients' own
  std::string tag;  // ends the names of this node's clients
  std::unordered_map<uint64_t, Forward> forwards;  // by their numbers
  uint64_t last_forward = 0;
  std::unordered_map<std::string, Room> rooms;  // none without members
  uint64_t broadcasts = 0;
  Counts counts;
  Tally tally;
  std::unordered_map<std::string, base::SessionId>
      pids;  // of sessions that can be recovered
  uint64_t offsets = 0;
  base::TickWheel wheel;
  std::vector<base::ConnectionId> ready;
  // Of connections that ended in this step: one may be reading still.
  std::vector<std::unique_ptr<transport::WebSocket>> graveyard;
  std::vector<base::ClientId> polled;  // to be answered: see FlushPolls
  std::vector<base::SessionId> taken;  // may be sent what is held: see SendHeld
  std::unordered_map<uint64_t, uint64_t>
      syncs;  // by session: what it is asked for, see syncing.h
  std::vector<base::SessionId> syncing;  // of those: to be looked at
  std::string scratch;  // for replies built while the outbox takes messages
  // What is read and what is written now; they keep their buffers, which would
  // cost more than the rest of a small packet.
  framing::SocketPacket inbound, outbound;
  base::Time now;  // of the step under way
  uint32_t max_connections;
  uint32_t lingering = 0;  // clients in that state
  bool stopping = false;

  Session* FindSession(base::SessionId id) const { return sessions.Find(id); }
  Client* FindClient(base::ClientId id) const { return clients.Find(id); }
  Client* FindName(base::Bytes name) const {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : clients.Find(found->second);
  }
  Connection* FindConnection(base::ConnectionId id) const {
    return connections.Find(id);
  }

  // How a session's client is reached now: null for one between two polls.
  Connection* ConnectionOf(const Session& s) const {
    if (!s.client) return FindConnection(s.connection);
    const Client* k = FindClient(s.client);
    return k == nullptr ? nullptr : FindConnection(k->connection);
  }
  // What has come for a client can be used while each of its sessions can take
  // more. One that is not yet open can take none.
  bool HasCredit(const Client& k) const {
    for (const base::SessionId id : k.sessions) {
      const Session* s = FindSession(id);
      if (s == nullptr) continue;
      if (s->state == Session::State::kOpening || !s->has_credit())
        return false;
    }
    return true;
  }
  Session* FindNamespace(const Client& k, base::Bytes nsp) const {
    for (const base::SessionId id : k.sessions) {
      Session* s = FindSession(id);
      if (s != nullptr && s->nsp == nsp) return s;
    }
    return nullptr;
  }
  // No other request can take the client up again.
  void ForgetName(Client* k) {
    if (!k->name.empty()) names.erase(k->name);
    k->name.clear();
  }
  // `c` is a WebSocket that a client on another transport tries.
  bool IsProbe(const Connection& c) const {
    const Client* k = FindClient(c.client);
    return k != nullptr && k->engine && k->engine->probe == c.id;
  }

  // To be called when one has been used: what a large one needed is given back.
  static void Trim(framing::SocketPacket* packet) {
    constexpr size_t kKept = size_t{64} << 10;
    if (packet->data.capacity() + packet->name.capacity() > kKept)
      *packet = framing::SocketPacket();
  }

  // Deadlines. Keys of sessions and clients carry a bit that no id has.
  static constexpr uint64_t kSessionKey = uint64_t{1} << 60;
  static constexpr uint64_t kClientKey = uint64_t{1} << 61;
  void SetDeadline(Connection* c, base::Time at) {
    c->deadline = at;
    if (at != 0 && (c->scheduled == 0 || at < c->scheduled)) {
      c->scheduled = at;
      wheel.Schedule(c->id.value, at);
    }
  }
  void SetDeadline(Session* s, base::Time at) {
    s->deadline = at;
    if (at != 0 && (s->scheduled == 0 || at < s->scheduled)) {
      s->scheduled = at;
      wheel.Schedule(s->id.value | kSessionKey, at);
    }
  }
  void SetDeadline(Client* k, base::Time at) {
    k->deadline = at;
    if (at != 0 && (k->scheduled == 0 || at < k->scheduled)) {
      k->scheduled = at;
      wheel.Schedule(k->id.value | kClientKey, at);
    }
  }

  // `c`'s kept input can be used again, or its reading resumed.
  void MarkReady(Connection* c) {
    if (c->input_ready) return;
    c->input_ready = true;
    ready.push_back(c->id);
  }
  void PauseReading(Connection* c) {
    if (c->reading_paused) return;
    c->reading_paused = true;
    outbox->PauseReading(c->id);
  }
  void ResumeReading(Connection* c) {
    if (!c->reading_paused) return;
    c->reading_paused = false;
    outbox->ResumeReading(c->id);
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_TABLES_H_
