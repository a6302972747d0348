// SPDX-License-Identifier: MPL-2.0
// The vocabulary spoken with the node: docs/PORT_PROTOCOL.md is its grammar,
// test/vectors/link.golden an example of each.
//
// clang-format off
// Node to edge
//   {hello, 1, #{release => Binary, tag => Tag}}        {heartbeat, N}
//   {listen, Listener, Config}                          {configure, Listener, Config}
//   {unlisten, Listener}                                {remove, Listener, Code, Reason, Window}
//   {adopt, Ref, Buffer}                                {stop, Code, Reason}
//   {accept, Session, Pid, Headers}                     {refuse, Session, Status, Text, Data}
//   {send, Session, [Message]}                          {credit, Session, Messages, Bytes}
//   {close, Session, Code, Reason}                      {disconnect, Session, Whole}
//   {join, Session, Room, Slow}                         {leave, Session, Room}
//   {broadcast, Audience, Message}                      {position, Session, Text}
//   {sync, Session, N}
//   {request, Ref, Listener, Request}                   {bytes, Ref, Binary}      {gone, Ref}
//   {forwarded, Ref, Name, Request}                     {unanswered, Ref}
//   {answer, Ref, Status, Headers, Body}
// Edge to node, as one list a packet
//   {hello, 1, #{release => Binary, pid => OsPid}}      {heartbeat, N}
//   {listening, Listener}                               {log, Level, Text}
//   {open, Session, Listener, Route, Info}
//   {Pid, {'$socks', messages, [Message]}}              {Pid, {'$socks', closed, Code, Reason}}
//   {Pid, {'$socks', congested}}                        {Pid, {'$socks', drained}}
//   {Pid, {'$socks', dropped, Count}}                   {Pid, {'$socks', synced, N}}
//   {Pid, {'$socks', away}}                             {Pid, {'$socks', back}}
//   {broadcasts, Pid, Messages, Bytes}                  {statistics, #{…}}
//   {response, Ref, Status, Headers, Body}              {response_start, Ref, Status, Headers}
//   {switch, Ref, Headers}       {bytes, Ref, Binary}   {finish, Ref}
//   {pause, Ref}                 {resume, Ref}
//   {forward, Ref, Name, Request}                       {gone, Ref}
// clang-format on
#ifndef RABBIT_SOCKS_NODE_MESSAGES_H_
#define RABBIT_SOCKS_NODE_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/message.h"
#include "base/outbox.h"
#include "base/relayed_request.h"
#include "base/result.h"
#include "base/time.h"
#include "base/tls_options.h"
#include "base/value.h"

namespace rabbit_socks::node {

inline constexpr int kVersion = 1;
inline constexpr uint32_t kMaxPacket =
    0x4000000;  // 64 MiB; max_message is at most half of it

using Fields = std::vector<std::pair<std::string, std::string>>;

struct RouteConfig {
  std::vector<std::string> prefix, subprotocols;
  bool events = false, frames = true, resumes = false;
  bool any_origin = true;
  std::vector<std::string> origins;
};

struct Config {
  std::vector<RouteConfig> routes;
  std::optional<base::TlsOptions> tls;
  std::string pages;   // directory; empty: none
  std::string cookie;  // its name; empty: none
  std::vector<std::pair<std::string, int64_t>>
      limits;  // by key; the server gives them meaning. true and false are 1
               // and 0
};

using base::RelayedRequest;

inline constexpr size_t kMaxTag = 32;

// Receives decoded commands, in order. Views live through the call only.
class Commands {
 public:
  virtual ~Commands() = default;
  virtual void OnHello(int version, base::Bytes release, base::Bytes tag) = 0;
  virtual void OnHeartbeat(uint64_t n) = 0;
  virtual void OnListen(base::ListenerId listener, Config config) = 0;
  virtual void OnConfigure(base::ListenerId listener, Config config) = 0;
  virtual void OnUnlisten(base::ListenerId listener) = 0;
  virtual void OnRemove(base::ListenerId listener, uint16_t code,
                        base::Bytes reason, base::Time window) = 0;
  virtual void OnAdopt(uint64_t ref, base::Bytes buffer) = 0;
  virtual void OnAccept(base::SessionId session, base::Bytes pid,
                        Fields headers) = 0;
  // `data`: empty, or what goes beside the text.
  virtual void OnRefuse(base::SessionId session, uint16_t status,
                        base::Bytes text, const base::Value& data) = 0;
  virtual void OnSend(base::SessionId session,
                      const base::Message& message) = 0;
  // A message with a term in it that is no value: value_reader.h says `why`.
  // The session is one of none for a broadcast.
  virtual void OnNoValue(base::SessionId session, base::Bytes why) = 0;
  virtual void OnDisconnect(base::SessionId session, bool whole) = 0;
  virtual void OnPosition(base::SessionId session, base::Bytes position) = 0;
  virtual void OnSync(base::SessionId session, uint64_t number) = 0;
  virtual void OnJoin(base::SessionId session, base::Bytes room,
                      base::SlowPolicy slow) = 0;
  virtual void OnLeave(base::SessionId session, base::Bytes room) = 0;
  virtual void OnBroadcast(const base::Audience& audience,
                           const base::Message& message) = 0;
  virtual void OnCredit(base::SessionId session, uint32_t messages,
                        uint32_t bytes) = 0;
  virtual void OnClose(base::SessionId session, uint16_t code,
                       base::Bytes reason) = 0;
  virtual void OnRequest(uint64_t ref, base::ListenerId listener,
                         RelayedRequest request) = 0;
  virtual void OnBytes(uint64_t ref, base::Bytes bytes) = 0;
  virtual void OnGone(uint64_t ref) = 0;
  // Another node's, for our client of this name.
  virtual void OnForwarded(uint64_t ref, base::Bytes name,
                           RelayedRequest request) = 0;
  // Of a request that went to another node.
  virtual void OnAnswer(uint64_t ref, uint16_t status, Fields headers,
                        base::Bytes body) = 0;
  virtual void OnUnanswered(uint64_t ref) = 0;
  virtual void OnStop(uint16_t code, base::Bytes reason) = 0;
  virtual void OnUnknown(base::Bytes name) = 0;
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_MESSAGES_H_
