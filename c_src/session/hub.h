// SPDX-License-Identifier: MPL-2.0
// The pure heart of the edge: every connection and session, driven by bytes,
// commands and time; all it wants done goes to the outbox.
//
// The server calls one method a happening and empties the outbox before the
// next read of the same connection. Ids that are gone are ignored.
#ifndef RABBIT_SOCKS_SESSION_HUB_H_
#define RABBIT_SOCKS_SESSION_HUB_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/id.h"
#include "base/message.h"
#include "base/outbox.h"
#include "base/statistics.h"
#include "base/time.h"
#include "base/value.h"
#include "http/request.h"
#include "http/response.h"
#include "session/config.h"

namespace rabbit_socks::session {

struct Endpoint {
  std::string address;  // textual
  uint16_t port = 0;
};

struct Peer {
  Endpoint peer, local;
  bool secure = false;
  std::string certificate;  // the client's as DER; empty: none
};

class Hub {
 public:
  // `max_connections` is what the process's descriptors allow.
  Hub(base::Outbox* outbox, base::Time now, uint32_t max_connections);
  ~Hub();

  // Listeners. Configure adds or replaces; connections keep the configuration
  // they came with.
  void Configure(base::ListenerId listener, ListenerConfig config);
  // Closes the listener's sessions with the code, and its other connections
  // when they are idle. With a window one after the other, until it has passed;
  // nobody new comes meanwhile.
  void Remove(base::ListenerId listener, uint16_t code, base::Bytes reason,
              base::Time window, base::Time now);

  // A TCP connection. The id is none when it must be dropped at once: a limit
  // (L10) is reached or the listener is unknown.
  base::ConnectionId Connect(base::ListenerId listener, const Peer& peer,
                             base::Time now);
  // It speaks TLS, and its handshake is done; before the first Received. The
  // client's certificate as DER, empty: none.
  void Secured(base::ConnectionId id, base::Bytes certificate, base::Time now);
  // Bytes may be changed in place.
  void Received(base::ConnectionId id, std::span<char> bytes, base::Time now);
  // The peer will send no more (FIN).
  void PeerEnded(base::ConnectionId id, base::Time now);
  // The connection is gone: error, reset, or the end of kFinish and kReset; for
  // a relayed one also once its answer is on its way. The last call for every
  // id.
  void Disconnected(base::ConnectionId id, base::Time now);
  // What was written in this turn has been offered to the kernel, or the kernel
  // took some of what was left: `queued` bytes are still to be taken. Called
  // after every turn in which the connection was written to.
  void Queued(base::ConnectionId id, size_t queued, base::Time now);

  // A request relayed by the broker's web context; answered by kRespond,
  // kRespondStart or kSwitch with the id.
  base::ConnectionId Relay(base::ListenerId listener, const Peer& peer,
                           http::Request request, base::Time now);
  // What ends the names of clients from now on: it tells which node of a
  // cluster has a client. Empty: none, and no request is forwarded.
  void SetTag(base::Bytes tag);
  // A request that another node has forwarded, for our client `name`; answered
  // by kRespond. The id is none when there is no such client.
  base::ConnectionId Forwarded(base::Bytes name, const Peer& peer,
                               http::Request request, base::Time now);
  // The answer to kForward; or there is none to come.
  void Answered(uint64_t ref, const http::Response& response, base::Time now);
  void Unanswered(uint64_t ref, base::Time now);
  // After kSwitch: the relay has become a connection whose bytes arrive by
  // Received. The 101 has been written by the broker.
  void Switched(base::ConnectionId id, base::Time now);

  // Commands of the node.
  void Accept(base::SessionId id, base::Bytes owner,
              const std::vector<std::pair<std::string, std::string>>& headers,
              base::Time now);
  // `data` goes beside the text to a client that asked for a namespace; empty:
  // none.
  void Refuse(base::SessionId id, uint16_t status, base::Bytes text,
              const base::Value& data, base::Time now);
  void Send(base::SessionId id, const base::Message& message, base::Time now);
  void Credit(base::SessionId id, uint32_t messages, uint32_t bytes,
              base::Time now);
  void Close(base::SessionId id, uint16_t code, base::Bytes reason,
             base::Time now);
  // Tells a Socket.IO client that its namespace is disconnected. `whole`: every
  // namespace, and the connection ends.
  void Disconnect(base::SessionId id, bool whole, base::Time now);
  // Where the client is in what the callback module sends it: see recovery.h.
  void Position(base::SessionId id, base::Bytes position, base::Time now);
  // Rooms: names for groups of sessions of any listener and generation.
  // Nothing changes for one that is in the room already.
  void Join(base::SessionId id, base::Bytes room, base::SlowPolicy slow,
            base::Time now);
  void Leave(base::SessionId id, base::Bytes room, base::Time now);
  void Broadcast(const base::Audience& audience, const base::Message& message,
                 base::Time now);
  // The commands that came together have all been given: what they said to
  // clients that poll is sent, in one answer each.
  void EndCommands(base::Time now);
  // Answered (kSynced) once what came before is with the kernel, but for what
  // the soft limit allows; of several that wait only the last one.
  void Sync(base::SessionId id, uint64_t number, base::Time now);
  // What was written has been offered to the kernel (Queued).
  void EndTurn(base::Time now);
  // Closes every session; new requests are answered 503.
  void Stop(uint16_t code, base::Bytes reason, base::Time now);

  // Call about ten times a second.
  void Tick(base::Time now);

  size_t connections() const;
  // Those that the node has, and clients whose last poll may still come.
  size_t sessions() const;
  // Of Socket.IO and Engine.IO, also those between two polls.
  size_t clients() const;
  // But for memory and cpu.
  base::Statistics Statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_HUB_H_
