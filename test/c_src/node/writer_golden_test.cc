// SPDX-License-Identifier: MPL-2.0
// Every packet of events of the golden file, and how it is written.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/golden.h"
#include "node/packets.h"
#include "node/writer.h"

namespace rabbit_socks::node {
namespace {

using base::Payload;
using base::SessionId;

constexpr SessionId kSession{0x2a00000001};
const std::string kPid("Xw\x0dnonode@nohost\0\0\0M\0\0\0\0\0\0\0\0", 28);

base::RelayedHead Head(uint16_t status) {
  base::RelayedHead head;
  head.status = status;
  head.headers = {{"x-one", "1"}, {"set-cookie", "a=b; path=/"}};
  return head;
}

base::RelayedRequest Request() {
  base::RelayedRequest request;
  request.method = "POST";
  request.target = "/a/socket.io/?EIO=4&transport=polling&sid=AbC-_1";
  request.path = "/socket.io/?EIO=4&transport=polling&sid=AbC-_1";
  request.headers.Add("host", "example.org");
  request.headers.Add("accept", "*/*");
  request.peer_address = "192.0.2.7";
  request.peer_port = 51234;
  request.local_address = "::1";
  request.local_port = 8080;
  request.body = "42[\"x\"]";
  return request;
}

base::OpenInfo Info() {
  base::OpenInfo info;
  info.path = {"a", "b c"};
  info.query = "x=y&z";
  info.headers.Add("host", "example.org");
  info.headers.Add("origin", "https://example.org");
  info.peer_address = "192.0.2.7";
  info.peer_port = 51234;
  info.local_address = "192.0.2.1";
  info.local_port = 80;
  info.secure = true;
  info.certificate = "0\x82\x01\xff";
  info.subprotocol = "v12.stomp";
  return info;
}

base::OpenInfo BareInfo() {
  base::OpenInfo info;
  info.peer_address = "::1";
  info.local_address = "::1";
  info.local_port = 65535;
  info.transport = "xhr-polling";
  info.protocol = "http";
  info.generation = "socket.io-0.6";
  return info;
}

base::OpenInfo NamespaceInfo(base::Bytes nsp) {
  base::OpenInfo info;
  info.local_port = 2;
  info.peer_port = 1;
  info.generation = "socket.io-4";
  info.nsp = nsp;
  return info;
}

base::OpenInfo ChatInfo() {
  base::OpenInfo info = NamespaceInfo("/chat");
  info.query = "EIO=4";
  info.peer_address = "::1";
  info.local_address = "::1";
  info.auth.Object(1);
  info.auth.Text("token");
  info.auth.Text("abc");
  return info;
}

// An array of what `fill` appends.
template <class Fill>
base::Value Array(uint32_t size, Fill&& fill) {
  base::Value array;
  array.Array(size);
  fill(&array);
  return array;
}

const base::Value& None() {
  static const base::Value none = Array(0, [](base::Value*) {});
  return none;
}

void Emit(Writer* writer, base::Bytes name, const base::Value& args,
          std::optional<uint64_t> ack, uint64_t size) {
  EXPECT_TRUE(writer->Event(kSession, kPid, name, args, ack, size));
}

void Ack(Writer* writer, uint64_t id, const base::Value& args, uint64_t size) {
  EXPECT_TRUE(writer->Ack(kSession, kPid, id, args, size));
}

void Say(Writer* writer, base::Bytes text) {
  writer->Message(kSession, kPid, Payload::kText, text);
}

// How each packet of the golden file is written.
const std::map<std::string, std::function<void(Writer*)>>& Examples() {
  using W = Writer*;
  static const std::map<std::string, std::function<void(W)>> examples = {
      {"hello", [](W w) { w->Hello("1.0.0", 4711); }},
      {"heartbeat", [](W w) { w->Heartbeat(7); }},
      {"heartbeat-large", [](W w) { w->Heartbeat(0xffffffffffffff); }},
      {"listening", [](W w) { w->Listening(3); }},
      {"log",
       [](W w) {
         w->Log(0, "");
         w->Log(1, "i");
         w->Log(2, "gr\xc3\xbcn");
         w->Log(3, "e");
       }},
      {"open", [](W w) { EXPECT_TRUE(w->Open(kSession, 3, 1, Info())); }},
      {"open-bare",
       [](W w) { EXPECT_TRUE(w->Open(kSession, 3, 0, BareInfo())); }},
      {"open-namespace",
       [](W w) { EXPECT_TRUE(w->Open(kSession, 3, 0, ChatInfo())); }},
      {"open-auth-small",
       [](W w) {
         base::OpenInfo info = NamespaceInfo("/");
         info.auth.Integer(7);
         EXPECT_TRUE(w->Open(kSession, 3, 0, info));
       }},
      {"message",
       [](W w) {
         Say(w,
             "gr\xc3\xbc\xc3\x9f"
             "e");
       }},
      {"messages-merged",
       [](W w) {
         Say(w, "one");
         w->Message(kSession, kPid, Payload::kBinary, {"\0\xff", 2});
         Say(w, "");
       }},
      {"messages-apart",
       [](W w) {
         Say(w, "one");
         w->Heartbeat(1);
         Say(w, "two");
       }},
      {"event",
       [](W w) {
         const auto fill = [](base::Value* v) {
           v->Integer(1);
           v->Text("two");
           v->Object(1);
           v->Text("three");
           v->Array(2);
           v->Double(3.5);
           v->Null();
         };
         Emit(w,
              "gr\xc3\xbc\xc3\x9f"
              "e",
              Array(3, fill), std::nullopt, 42);
       }},
      {"event-id",
       [](W w) { Emit(w, "news", None(), 0x1fffffffffffff, 0x7ffffff); }},
      {"event-binary",
       [](W w) {
         const auto fill = [](base::Value* v) {
           v->Binary({"\0\xff", 2});
           v->Boolean(true);
         };
         Emit(w, "", Array(2, fill), 0, 0);
       }},
      {"event-packed",
       [](W w) {
         const auto fill = [](base::Value* v) {
           for (const int number : {1, 2, 255}) v->Integer(number);
         };
         Emit(w, "e", Array(3, fill), std::nullopt, 20);
       }},
      {"ack",
       [](W w) {
         const auto fill = [](base::Value* v) {
           v->Boolean(false);
           v->Text("x");
         };
         Ack(w, 7, Array(2, fill), 12);
       }},
      {"messages-all",
       [](W w) {
         Say(w, "t");
         Emit(w, "e", Array(1, [](base::Value* v) { v->Text("a"); }), 2, 8);
         Ack(w, 3, None(), 5);
         w->Message(kSession, kPid, Payload::kBinary, "b");
         Ack(w, 4, Array(1, [](base::Value* v) { v->Integer(1); }), 6);
       }},
      {"away", [](W w) { w->Away(kPid); }},
      {"back", [](W w) { w->Back(kPid); }},
      {"closed", [](W w) { w->Closed(kPid, 1006, ""); }},
      {"closed-reason", [](W w) { w->Closed(kPid, 4001, "bye"); }},
      {"congested", [](W w) { w->Congested(kPid); }},
      {"drained", [](W w) { w->Drained(kPid); }},
      {"dropped", [](W w) { w->Dropped(kPid, 300); }},
      {"synced", [](W w) { w->Synced(kPid, 0x1fffffffffffff); }},
      {"broadcasts", [](W w) { w->Broadcasts(kPid, 300, 0x1fffffffffffff); }},
      {"statistics", [](W w) { w->Statistics({}); }},
      {"statistics-all",
       [](W w) {
         w->Statistics({3,
                        2,
                        0x1fffffffffffff,
                        5000000,
                        7,
                        1,
                        {{101, 4}, {200, 300}, {404, 1}},
                        {{0, 1}, {1000, 2}, {4000, 0x7ffffff}}});
       }},
      {"response", [](W w) { w->Response(12, Head(200), "body"); }},
      {"response-bare",
       [](W w) {
         w->Response(12, {404, {}}, "");
       }},
      {"response-start", [](W w) { w->ResponseStart(12, Head(200)); }},
      {"switch", [](W w) { w->Switch(12, Head(101)); }},
      {"bytes", [](W w) { w->Bytes(12, "more"); }},
      {"finish", [](W w) { w->Finish(12); }},
      {"pause", [](W w) { w->Pause(12); }},
      {"resume", [](W w) { w->Resume(12); }},
      {"forward", [](W w) { w->Forward(5, "AbC-_1", Request()); }},
      {"forward-certificate",
       [](W w) {
         base::RelayedRequest request = Request();
         request.certificate = {"0\0", 2};
         request.headers = {};
         request.body.clear();
         request.secure = true;
         w->Forward(0xffffffffffffff, "AbC", request);
       }},
      {"gone", [](W w) { w->Gone(5); }},
  };
  return examples;
}

TEST(WriterGoldenTest, WritesEveryGoldenEvent) {
  std::set<std::string> written;
  for (const golden::Line& line : golden::Load("edge")) {
    SCOPED_TRACE(line.name);
    ASSERT_EQ(Examples().count(line.name), 1U);
    Writer writer;
    Examples().at(line.name)(&writer);
    const std::vector<std::string> packets = Split(writer.Take());
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(test::Escape(packets[0]), test::Escape(line.packet));
    written.insert(line.name);
  }
  EXPECT_EQ(written.size(), Examples().size());
}

}  // namespace
}  // namespace rabbit_socks::node
