// SPDX-License-Identifier: MPL-2.0
// The node's commands, each handed to the part of the edge that carries it out.
#ifndef RABBIT_SOCKS_SERVER_NODE_COMMANDS_H_
#define RABBIT_SOCKS_SERVER_NODE_COMMANDS_H_

#include <set>
#include <string>

#include "node/messages.h"
#include "server/core.h"
#include "server/listeners.h"
#include "server/relays.h"

namespace rabbit_socks::server {

class NodeCommands final : public node::Commands {
 public:
  NodeCommands(Core* core, Listeners* listeners, Relays* relays)
      : core_(core), listeners_(listeners), relays_(relays) {}

  // The time of the commands that follow.
  void set_now(base::Time now) { now_ = now; }

  void OnHello(int version, base::Bytes release, base::Bytes tag) override;
  void OnHeartbeat(uint64_t n) override;
  void OnListen(base::ListenerId listener, node::Config config) override;
  void OnConfigure(base::ListenerId listener, node::Config config) override;
  void OnUnlisten(base::ListenerId listener) override;
  void OnRemove(base::ListenerId listener, uint16_t code, base::Bytes reason,
                base::Time window) override;
  void OnAdopt(uint64_t ref, base::Bytes buffer) override;
  void OnAccept(base::SessionId session, base::Bytes pid,
                node::Fields headers) override;
  void OnRefuse(base::SessionId session, uint16_t status, base::Bytes text,
                const base::Value& data) override;
  void OnSend(base::SessionId session, const base::Message& message) override;
  void OnNoValue(base::SessionId session, base::Bytes why) override;
  void OnDisconnect(base::SessionId session, bool whole) override;
  void OnPosition(base::SessionId session, base::Bytes position) override;
  void OnSync(base::SessionId session, uint64_t number) override;
  void OnJoin(base::SessionId session, base::Bytes room,
              base::SlowPolicy slow) override;
  void OnLeave(base::SessionId session, base::Bytes room) override;
  void OnBroadcast(const base::Audience& audience,
                   const base::Message& message) override;
  void OnCredit(base::SessionId session, uint32_t messages,
                uint32_t bytes) override;
  void OnClose(base::SessionId session, uint16_t code,
               base::Bytes reason) override;
  void OnRequest(uint64_t ref, base::ListenerId listener,
                 node::RelayedRequest request) override;
  void OnBytes(uint64_t ref, base::Bytes bytes) override;
  void OnGone(uint64_t ref) override;
  void OnForwarded(uint64_t ref, base::Bytes name,
                   node::RelayedRequest request) override;
  void OnAnswer(uint64_t ref, uint16_t status, node::Fields headers,
                base::Bytes body) override;
  void OnUnanswered(uint64_t ref) override;
  void OnStop(uint16_t code, base::Bytes reason) override;
  void OnUnknown(base::Bytes name) override;

 private:
  Core* core_;
  Listeners* listeners_;
  Relays* relays_;
  base::Time now_ = 0;
  std::set<std::string, std::less<>> unknown_;  // already logged
};

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_NODE_COMMANDS_H_
