// SPDX-License-Identifier: MPL-2.0
// FZ12: any bytes as a packet from the node. Never a step out of it, nothing
// out of its range comes through, and what is taken whole is one whole term.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "base/utf8.h"
#include "node/arguments.h"
#include "node/reader.h"
#include "node/term_reader.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;

void Require(bool holds) {
  if (!holds) std::abort();
}

class Checker final : public node::Commands {
 public:
  explicit Checker(Bytes packet) : packet_(packet) {}

  void OnHello(int version, Bytes release, Bytes tag) override {
    Require(version >= 0);
    Require(tag.size() <= node::kMaxTag);
    if (!tag.empty()) Inside(tag);
    if (!release.empty()) Inside(release);
  }
  void OnHeartbeat(uint64_t n) override { Id(n); }
  void OnListen(base::ListenerId listener, node::Config config) override {
    Id(listener);
    Require(!config.routes.empty());
  }
  void OnConfigure(base::ListenerId listener, node::Config config) override {
    OnListen(listener, std::move(config));
  }
  void OnUnlisten(base::ListenerId listener) override { Id(listener); }
  void OnRemove(base::ListenerId listener, uint16_t code, Bytes reason,
                base::Time window) override {
    Id(listener);
    Require(window <= node::kMaxWindow);
    OnStop(code, reason);
  }
  void OnAdopt(uint64_t ref, Bytes buffer) override { OnBytes(ref, buffer); }
  void OnAccept(base::SessionId session, Bytes pid,
                node::Fields fields) override {
    Id(session.value);
    Inside(pid);
    Require(pid[0] == 'X' || pid[0] == 'g');
    for (const auto& [name, value] : fields) {
      Require(name.size() + value.size() <= packet_.size());
    }
  }
  void OnRefuse(base::SessionId session, uint16_t status, Bytes text,
                const base::Value& data) override {
    Id(session.value);
    Require(status >= 400 && status <= 599);
    Inside(text);
    if (!data.empty()) Require(data.After(0) == data.tokens().size());
  }
  void OnSend(base::SessionId session, const base::Message& message) override {
    Id(session.value);
    Whole(message);
  }
  void OnNoValue(base::SessionId session, Bytes why) override {
    Id(session.value);
    Require(!why.empty());
  }
  void OnDisconnect(base::SessionId session, bool) override {
    Id(session.value);
  }
  void OnSync(base::SessionId session, uint64_t number) override {
    Id(session.value);
    Id(number);
  }
  void OnJoin(base::SessionId session, Bytes room,
              base::SlowPolicy slow) override {
    Require(slow <= base::SlowPolicy::kConflate);
    Id(session.value);
    Room(room);
    Inside(room);
  }
  void OnPosition(base::SessionId session, Bytes position) override {
    Id(session.value);
    Require(position.size() <= node::kMaxPosition && base::IsUtf8(position));
    Inside(position);
  }
  void OnLeave(base::SessionId session, Bytes room) override {
    OnJoin(session, room, base::SlowPolicy::kClose);
  }
  void OnBroadcast(const base::Audience& audience,
                   const base::Message& message) override {
    for (const std::string& room : audience.rooms) Room(room);
    for (const std::string& room : audience.except_rooms) Room(room);
    for (const base::SessionId id : audience.except) Id(id.value);
    if (audience.key) Require(audience.key->size() <= node::kMaxKey);
    Whole(message);
  }
  void OnCredit(base::SessionId session, uint32_t, uint32_t) override {
    Id(session.value);
  }
  void OnClose(base::SessionId session, uint16_t code, Bytes reason) override {
    Id(session.value);
    OnStop(code, reason);
  }
  void OnRequest(uint64_t ref, base::ListenerId listener,
                 node::RelayedRequest request) override {
    Id(ref);
    Id(listener);
    Require(request.body.size() <= packet_.size());
  }
  void OnBytes(uint64_t ref, Bytes bytes) override {
    Id(ref);
    Inside(bytes);
  }
  void OnGone(uint64_t ref) override { Id(ref); }
  void OnForwarded(uint64_t ref, Bytes name,
                   node::RelayedRequest request) override {
    Inside(name);
    OnRequest(ref, 0, std::move(request));
  }
  void OnAnswer(uint64_t ref, uint16_t status, node::Fields fields,
                Bytes body) override {
    Id(ref);
    Require(status >= 200 && status <= 599);
    Inside(body);
    for (const auto& [name, value] : fields) {
      Require(name.size() + value.size() <= packet_.size());
    }
  }
  void OnUnanswered(uint64_t ref) override { Id(ref); }
  void OnStop(uint16_t code, Bytes reason) override {
    Require(code >= 1000 && code <= 4999);
    Inside(reason);
  }
  void OnUnknown(Bytes name) override {
    Inside(name);
    for (const char c : name) Require(static_cast<unsigned char>(c) < 0x80);
  }

 private:
  static void Room(Bytes name) {
    Require(!name.empty() && name.size() <= 1024);
  }
  // A message's arguments are one array, and nothing is behind it.
  void Whole(const base::Message& message) const {
    using Kind = base::Message::Kind;
    if (message.id) Require(*message.id < uint64_t{1} << 53);
    if (message.kind == Kind::kText || message.kind == Kind::kBinary) {
      Require(message.args == nullptr && !message.id);
      return Inside(message.data);
    }
    Require(message.args->IsArray() &&
            message.args->After(0) == message.args->tokens().size());
    Require(message.args->tokens().size() <= packet_.size());
    if (message.kind == Kind::kAck) {
      Require(message.id.has_value());
    } else {
      Inside(message.data);
      Require(base::IsUtf8(message.data));
    }
  }
  static void Id(uint64_t id) { Require(id < uint64_t{1} << 56); }
  void Inside(Bytes view) const {
    const std::less_equal<const char*> le;
    Require(le(packet_.data(), view.data()) &&
            le(view.data() + view.size(), packet_.data() + packet_.size()));
  }

  Bytes packet_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto copy = std::make_unique<char[]>(size);
  const Bytes input(reinterpret_cast<const char*>(data), size);
  input.copy(copy.get(), size);
  const Bytes packet(copy.get(), size);
  Checker checker(packet);
  const bool taken = !node::ReadPacket(packet, &checker);
  node::TermReader term(packet);
  const bool whole = term.Version() && term.Skip() && term.AtEnd();
  Require(whole || !taken);
  return 0;
}
