// SPDX-License-Identifier: MPL-2.0
#include "dialect.h"

namespace {

constexpr std::string_view kReceipt = "RECEIPT", kOk = R"(430[{"ok":true)";

bool Begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// A frame of STOMP ends with a NUL.
std::string Frame(std::string_view head, std::string_view body) {
  std::string frame(head);
  frame.append("\n").append(body).push_back('\0');
  return frame;
}

}  // namespace

void Dialect::LogIn(Crowd* crowd) const {
  if (stomp_) {
    AskAll(crowd,
           Frame("CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\n"
                 "passcode:guest\nheart-beat:0,0\n",
                 ""),
           "CONNECTED");
  } else {
    ConnectNamespaces(crowd, R"({"username":"guest","password":"guest"})");
  }
}

void Dialect::Subscribe(Crowd* crowd, std::string_view slow) const {
  if (stomp_) {
    AskAll(crowd,
           Frame("SUBSCRIBE\nid:0\nreceipt:0\n"
                 "destination:/exchange/amq.topic/bench.fanout\n",
                 ""),
           kReceipt);
  } else {
    const std::string options =
        slow.empty() ? "" : R"(,{"slow":")" + std::string(slow) + R"("})";
    AskAll(crowd,
           R"(420["subscribe","amq.topic","bench.fanout")" + options + "]",
           kOk);
  }
}

std::string Dialect::Publish(std::string_view body) const {
  if (stomp_) {
    return Frame(
        "SEND\ndestination:/exchange/amq.topic/bench.fanout\n"
        "content-type:text/plain\n",
        body);
  }
  return R"(42["publish","amq.topic","bench.fanout",")" + std::string(body) +
         R"("])";
}

bool Dialect::IsDelivery(std::string_view text) const {
  return Begins(text, stomp_ ? "MESSAGE" : R"(42["message",)");
}

std::string Dialect::PublishConfirmed(std::string_view body) const {
  if (stomp_) {
    return Frame(
        "SEND\ndestination:/amq/queue/bench.confirmed\npersistent:true\n"
        "content-type:text/plain\nreceipt:0\n",
        body);
  }
  return R"(420["publish","","bench.confirmed",")" + std::string(body) +
         R"(",{"persistent":true}])";
}

bool Dialect::IsConfirm(std::string_view text) const {
  return Begins(text, stomp_ ? kReceipt : kOk);
}
