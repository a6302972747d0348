// SPDX-License-Identifier: MPL-2.0
// FZ13: any events in any order. What is written must read back, by a reader of
// its own, as the same events with consecutive messages of a session in one.
#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "node/writer.h"
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
    switch (input_->ConsumeIntegralInRange<int>(0, 13)) {
      case 0:
      case 1:
      case 2:
        return Message();
      case 3: {
        const uint64_t n = Id();
        writer_.Heartbeat(n);
        return Event("{'heartbeat'," + std::to_string(n) + "}");
      }
      case 4: {
        const std::string pid = Pid(1);
        writer_.Congested(pid);
        return Event("{" + Shown(1) + ",{'$socks','congested'}}");
      }
      case 5: {
        writer_.Drained(Pid(2));
        return Event("{" + Shown(2) + ",{'$socks','drained'}}");
      }
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
      case 8: {
        const std::string bytes = Text(100);
        writer_.Bytes(7, bytes);
        if (!bytes.empty()) Event("{'bytes',7,<" + bytes + ">}");
        return;
      }
      case 9: {
        const base::RelayedHead head = Head();
        const std::string body = Text(100);
        writer_.Response(8, head, body);
        return Event("{'response',8," + std::to_string(head.status) + "," +
                     Show(head) + ",<" + body + ">}");
      }
      case 10: {
        const base::RelayedHead head = Head();
        writer_.ResponseStart(8, head);
        return Event("{'response_start',8," + std::to_string(head.status) +
                     "," + Show(head) + "}");
      }
      case 11: {
        const base::RelayedHead head = Head();
        writer_.Switch(9, head);
        return Event("{'switch',9," + Show(head) + "}");
      }
      case 12:
        return Open();
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
    const std::string message =
        std::string(text ? "{'utf8',<" : "{'binary',<") + data + ">}";
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
    std::string path;
    while (input_->ConsumeBool()) {
      info.path.push_back(Text(10));
      path +=
          std::string(path.empty() ? "" : ",") + "<" + info.path.back() + ">";
    }
    const base::RelayedHead head = Head();
    for (const auto& [name, value] : head.headers)
      info.headers.Add(name, value);
    const uint64_t session = Id();
    const auto route = input_->ConsumeIntegral<uint32_t>();
    writer_.Open(base::SessionId{session}, 2, route, info);
    Event("{'open'," + std::to_string(session) + ",2," + std::to_string(route) +
          ",#{'generation','none','headers'," + Show(head) +
          ",'local',{<>,0},'path',[" + path + "],'peer',{<" +
          info.peer_address + ">," + std::to_string(info.peer_port) +
          "},'protocol','rfc6455','query',<" + info.query + ">,'secure'," +
          (info.secure ? "'true'" : "'false'") + ",'subprotocol'," +
          (info.subprotocol.empty() ? "'none'" : "<" + info.subprotocol + ">") +
          ",'transport','websocket'}}");
  }

  base::RelayedHead Head() {
    base::RelayedHead head;
    head.status = input_->ConsumeIntegral<uint16_t>();
    while (head.headers.size() < 300 && input_->ConsumeBool()) {
      head.headers.emplace_back(Text(10), Text(20));
    }
    return head;
  }

  static std::string Show(const base::RelayedHead& head) {
    std::string text;
    for (const auto& [name, value] : head.headers) {
      text += std::string(text.empty() ? "" : ",") + "{<" + name + ">,<" +
              value + ">}";
    }
    return "[" + text + "]";
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
