// SPDX-License-Identifier: MPL-2.0
// FZ13: any events in any order. What is written must read back, by a reader of
// its own, as the same events with consecutive messages of a session in one.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "base/value.h"
#include "node/writer.h"
#include "shown_terms.h"
#include "term_walker.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Writes events, and what they should read back as.
class Model {
 public:
  explicit Model(FuzzedDataProvider* input) : input_(input) {}

  void Step() {
    switch (input_->ConsumeIntegralInRange<int>(0, 23)) {
      case 0:
      case 1:
      case 2:
        return Message();
      case 3: {
        const uint64_t n = Id();
        writer_.Heartbeat(n);
        return Event("{'heartbeat'," + std::to_string(n) + "}");
      }
      case 4:
        return Said(1, &node::Writer::Congested, "congested");
      case 5:
        return Said(2, &node::Writer::Drained, "drained");
      case 6: {
        const std::string reason = Text(200);
        const auto code = input_->ConsumeIntegral<uint16_t>();
        writer_.Closed(Pid(3), code, reason);
        const std::string cut(base::Utf8Cut(reason, node::Writer::kMaxReason));
        return Event("{" + Shown(3) + ",{'$socks','closed'," +
                     std::to_string(code) + ",<" + cut + ">}}");
      }
      case 7: {
        const std::string text = Text(5000);
        writer_.Log(input_->ConsumeIntegralInRange<uint16_t>(3, 9), text);
        const std::string cut(base::Utf8Cut(text, node::Writer::kMaxLog));
        return Event("{'log','error',<" + cut + ">}");
      }
      case 8:
        return SomeBytes(Text(100));
      case 9: {
        const base::RelayedHead head = Head();
        const std::string body = Text(100);
        writer_.Response(8, head, body);
        return Event("{'response',8," + std::to_string(head.status) + "," +
                     fuzz::Show(head) + ",<" + body + ">}");
      }
      case 10:
        return Streams(Head());
      case 11:
        return Switches(Head());
      case 12:
        return Open();
      case 13:
        return Said(1, &node::Writer::Away, "away");
      case 14:
        return Said(2, &node::Writer::Back, "back");
      case 15:
        return Emit();
      case 16:
        return Ack();
      case 17:
        return Forward();
      case 18:
        return Gone(Id());
      case 19:
        return Said(1, &node::Writer::Dropped, "dropped");
      case 20:
        return Said(2, &node::Writer::Synced, "synced");
      case 21:
        return Broadcasts(Id(), Id());
      case 22:
        return Statistics();
      default:
        return Check();
    }
  }

  void Check() {
    Require(writer_.empty() == events_.empty());
    const size_t size = writer_.size();
    const std::string taken = writer_.Take();
    Require(writer_.empty() && (events_.empty() || taken.size() == size + 1));
    fuzz::TermWalker walker(taken);
    std::string expected;
    for (const std::string& event : events_) {
      if (!expected.empty()) expected += ",";
      expected += event;
    }
    if (!events_.empty()) {
      Require(walker.Number(4) == taken.size() - 4);
      Require(walker.Number(1) == 131);
      Require(walker.Term() == "[" + expected + "]");
    }
    Require(walker.at_end());
    events_.clear();
    merging_ = 0;
  }

 private:
  template <class... Numbers>
  void Said(int pid, void (node::Writer::*say)(base::Bytes, Numbers...),
            const std::string& name) {
    const uint64_t number = Id();
    (writer_.*say)(Pid(pid), Numbers{number}...);
    Event("{" + Shown(pid) + ",{'$socks','" + name + "'" +
          (("," + std::to_string(Numbers{number})) + ... + "}}"));
  }
  void Broadcasts(uint64_t messages, uint64_t bytes) {
    writer_.Broadcasts(Pid(1), messages, bytes);
    Event("{'broadcasts'," + Shown(1) + "," + std::to_string(messages) + "," +
          std::to_string(bytes) + "}");
  }
  void Statistics() {
    base::Statistics said;
    said.cpu = Id();
    said.refused = Id();
    base::Statistics::Counts* lists[] = {&said.answers, &said.ended};
    for (base::Statistics::Counts* list : lists) {
      for (uint64_t left = Id() % 4; left > 0; --left)
        list->emplace_back(static_cast<uint16_t>(left), Id());
    }
    writer_.Statistics(said);
    Event("{'statistics'," + fuzz::Show(said) + "}");
  }
  void Streams(const base::RelayedHead& head) {
    writer_.ResponseStart(8, head);
    Event("{'response_start',8," + std::to_string(head.status) + "," +
          fuzz::Show(head) + "}");
  }
  void Switches(const base::RelayedHead& head) {
    writer_.Switch(9, head);
    Event("{'switch',9," + fuzz::Show(head) + "}");
  }
  void Gone(uint64_t ref) {
    writer_.Gone(ref);
    Event("{'gone'," + std::to_string(ref) + "}");
  }
  void SomeBytes(const std::string& bytes) {
    writer_.Bytes(7, bytes);
    if (!bytes.empty()) Event("{'bytes',7,<" + bytes + ">}");
  }
  void Event(const std::string& event) {
    events_.push_back(event);
    merging_ = 0;
  }

  void Message() {
    const auto session = input_->ConsumeIntegralInRange<uint8_t>(1, 3);
    const bool text = input_->ConsumeBool();
    const std::string data = Text(300);
    writer_.Message(base::SessionId{session}, Pid(session),
                    text ? base::Payload::kText : base::Payload::kBinary, data);
    Merged(session,
           std::string(text ? "{'utf8',<" : "{'binary',<") + data + ">}");
  }

  void Emit() {
    const auto session = input_->ConsumeIntegralInRange<uint8_t>(1, 3);
    const std::string name = Text(20);
    const auto [args, shown] = fuzz::Arguments(input_);
    const uint64_t size = Id();
    std::optional<uint64_t> ack;
    if (input_->ConsumeBool()) ack = Id();
    Require(writer_.Event(base::SessionId{session}, Pid(session), name, args,
                          ack, size));
    Merged(session, "{'event',<" + name + ">," + shown + "," +
                        (ack ? std::to_string(*ack) : "'none'") + "," +
                        std::to_string(size) + "}");
  }

  void Ack() {
    const auto session = input_->ConsumeIntegralInRange<uint8_t>(1, 3);
    const auto [args, shown] = fuzz::Arguments(input_);
    const uint64_t id = Id();
    const uint64_t size = Id();
    Require(
        writer_.Ack(base::SessionId{session}, Pid(session), id, args, size));
    Merged(session, "{'ack'," + std::to_string(id) + "," + shown + "," +
                        std::to_string(size) + "}");
  }

  // A message that goes into the event before it when that is the session's.
  void Merged(uint8_t session, const std::string& message) {
    if (merging_ == session) {
      std::string& event = events_.back();
      event.insert(event.size() - 3, "," + message);
      return;
    }
    Event("{" + Shown(session) + ",{'$socks','messages',[" + message + "]}}");
    merging_ = session;
  }

  void Open() {
    base::OpenInfo info;
    info.query = Text(50);
    info.secure = input_->ConsumeBool();
    info.subprotocol = Text(20);
    info.peer_address = Text(20);
    info.peer_port = input_->ConsumeIntegral<uint16_t>();
    while (input_->ConsumeBool()) info.path.push_back(Text(10));
    const base::RelayedHead head = Head();
    for (const auto& [name, value] : head.headers)
      info.headers.Add(name, value);
    const uint64_t session = Id();
    const auto route = input_->ConsumeIntegral<uint32_t>();
    info.nsp = Text(20);
    info.certificate = Text(30);
    std::string auth;
    if (input_->ConsumeBool()) {
      auth = Text(20);
      info.auth.Text(auth);
      auth = "<" + auth + ">";
    }
    Require(writer_.Open(base::SessionId{session}, 2, route, info));
    Event("{'open'," + std::to_string(session) + ",2," + std::to_string(route) +
          "," + fuzz::Show(info, auth) + "}");
  }

  void Forward() {
    base::RelayedRequest request;
    request.method = "POST";
    request.path = Text(50);
    request.target = Text(50);
    request.body = Text(100);
    request.certificate = Text(4);
    request.secure = input_->ConsumeBool();
    request.peer_port = input_->ConsumeIntegral<uint16_t>();
    while (request.headers.fields().size() < 300 && input_->ConsumeBool()) {
      request.headers.Add(Text(10), Text(20));
    }
    const uint64_t ref = Id();
    const std::string name = Text(40);
    writer_.Forward(ref, name, request);
    Event("{'forward'," + std::to_string(ref) + ",<" + name + ">," +
          fuzz::Show(request) + "}");
  }

  base::RelayedHead Head() {
    base::RelayedHead head;
    head.status = input_->ConsumeIntegral<uint16_t>();
    while (head.headers.size() < 300 && input_->ConsumeBool()) {
      head.headers.emplace_back(Text(10), Text(20));
    }
    return head;
  }

  std::string Text(size_t max) {
    return input_->ConsumeRandomLengthString(max);
  }
  uint64_t Id() {
    return input_->ConsumeIntegral<uint64_t>() & ((uint64_t{1} << 56) - 1);
  }
  // The pid of a session's process, encoded and as the walker shows it.
  static std::string Pid(uint8_t number) {
    return std::string("Xw\x01n", 4) +
           std::string(12, static_cast<char>(number));
  }
  static std::string Shown(uint8_t number) {
    return "pid(n" + std::string(12, static_cast<char>(number)) + ")";
  }

  FuzzedDataProvider* input_;
  node::Writer writer_;
  std::vector<std::string> events_;
  uint64_t merging_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  Model model(&input);
  while (input.remaining_bytes() > 0) model.Step();
  model.Check();
  return 0;
}
