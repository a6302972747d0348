// SPDX-License-Identifier: MPL-2.0
#include "server/node_commands.h"

#include <utility>

#include "server/usage.h"

namespace rabbit_socks::server {

using base::Bytes;
using base::ListenerId;
using base::SessionId;

namespace {

constexpr size_t kMaxUnknown = 16;

}  // namespace

void NodeCommands::OnHello(int version, Bytes /*release*/, Bytes tag) {
  if (version == node::kVersion) {
    core_->hub.SetTag(tag);
    return core_->lifecycle.OnHello();
  }
  // What else a hello of another version holds is not known.
  core_->Die(
      "the node speaks version " + std::to_string(version) +
      " of the port protocol, this program (release " RABBIT_SOCKS_VERSION
      ") version " +
      std::to_string(node::kVersion) +
      ": the plugin and its program are not of the same release");
}

void NodeCommands::OnHeartbeat(uint64_t n) {
  base::Statistics statistics = core_->hub.Statistics();
  MeasureUsage(&statistics);
  core_->writer.Statistics(statistics);
  core_->writer.Heartbeat(n);
}

void NodeCommands::OnListen(ListenerId listener, node::Config config) {
  listeners_->Listen(listener, config, now_);
}

void NodeCommands::OnConfigure(ListenerId listener, node::Config config) {
  listeners_->Configure(listener, config);
}

void NodeCommands::OnUnlisten(ListenerId listener) {
  listeners_->Unlisten(listener);
}

void NodeCommands::OnRemove(ListenerId listener, uint16_t code, Bytes reason,
                            base::Time window) {
  listeners_->Remove(listener, code, reason, window, now_);
}

void NodeCommands::OnAdopt(uint64_t ref, Bytes buffer) {
  relays_->Adopt(ref, buffer, now_);
}

void NodeCommands::OnAccept(SessionId session, Bytes pid,
                            node::Fields headers) {
  core_->hub.Accept(session, pid, headers, now_);
  core_->Drain(now_);
}

void NodeCommands::OnRefuse(SessionId session, uint16_t status, Bytes text,
                            const base::Value& data) {
  core_->hub.Refuse(session, status, text, data, now_);
  core_->Drain(now_);
}

void NodeCommands::OnSend(SessionId session, const base::Message& message) {
  core_->hub.Send(session, message, now_);
  core_->Drain(now_);
  core_->loop->Relieve();
}

void NodeCommands::OnNoValue(SessionId session, Bytes why) {
  core_->Note(Level::kError,
              "a callback module sent a term that JSON has no place for: " +
                  std::string(why));
  OnClose(session, 1011, "internal error");
}

void NodeCommands::OnDisconnect(SessionId session, bool whole) {
  core_->hub.Disconnect(session, whole, now_);
  core_->Drain(now_);
}

void NodeCommands::OnPosition(SessionId session, Bytes position) {
  core_->hub.Position(session, position, now_);
}

void NodeCommands::OnSync(SessionId session, uint64_t number) {
  core_->hub.Sync(session, number, now_);
}

void NodeCommands::OnJoin(SessionId session, Bytes room,
                          base::SlowPolicy slow) {
  core_->hub.Join(session, room, slow, now_);
}

void NodeCommands::OnLeave(SessionId session, Bytes room) {
  core_->hub.Leave(session, room, now_);
}

void NodeCommands::OnBroadcast(const base::Audience& audience,
                               const base::Message& message) {
  core_->hub.Broadcast(audience, message, now_);
  core_->Drain(now_);
  core_->loop->Relieve();
}

void NodeCommands::OnCredit(SessionId session, uint32_t messages,
                            uint32_t bytes) {
  core_->hub.Credit(session, messages, bytes, now_);
  core_->Drain(now_);
}

void NodeCommands::OnClose(SessionId session, uint16_t code, Bytes reason) {
  core_->hub.Close(session, code, reason, now_);
  core_->Drain(now_);
}

void NodeCommands::OnRequest(uint64_t ref, ListenerId listener,
                             node::RelayedRequest request) {
  relays_->Request(ref, listener, std::move(request), now_);
}

void NodeCommands::OnBytes(uint64_t ref, Bytes bytes) {
  relays_->Bytes(ref, bytes, now_);
}

void NodeCommands::OnGone(uint64_t ref) { relays_->Gone(ref, now_); }

void NodeCommands::OnForwarded(uint64_t ref, Bytes name,
                               node::RelayedRequest request) {
  relays_->Forwarded(ref, name, std::move(request), now_);
}

void NodeCommands::OnAnswer(uint64_t ref, uint16_t status, node::Fields headers,
                            Bytes body) {
  core_->hub.Answered(ref, {status, std::move(headers), std::string(body)},
                      now_);
  core_->Drain(now_);
}

void NodeCommands::OnUnanswered(uint64_t ref) {
  core_->hub.Unanswered(ref, now_);
  core_->Drain(now_);
}

void NodeCommands::OnStop(uint16_t code, Bytes reason) {
  core_->lifecycle.OnStop(now_);
  listeners_->UnlistenAll();
  core_->hub.Stop(code, reason, now_);
  core_->Drain(now_);
}

void NodeCommands::OnUnknown(Bytes name) {
  if (unknown_.size() >= kMaxUnknown || unknown_.find(name) != unknown_.end())
    return;
  unknown_.emplace(name);
  core_->Note(Level::kWarning,
              "unknown command " + std::string(name) + " ignored");
}

}  // namespace rabbit_socks::server
