// SPDX-License-Identifier: MPL-2.0
// Every command of the golden file, and what it becomes.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/golden.h"
#include "node/reader.h"
#include "node/recorder.h"

namespace rabbit_socks::node {
namespace {

using Calls = std::vector<std::string>;

// The pid of the golden file, as either kind of node encodes it.
const char kPidLatin[] =
    "<Xd\\x00\\rnonode@nohost\\x00\\x00\\x00M\\x00\\x00\\x00\\x00"
    "\\x00\\x00\\x00\\x00>";
const char kPidUtf8[] =
    "<Xw\\rnonode@nohost\\x00\\x00\\x00M\\x00\\x00\\x00\\x00"
    "\\x00\\x00\\x00\\x00>";

// What each command of the golden file must become; "PID" stands for the above.
const std::map<std::string, Calls>& Expected() {
  static const std::map<std::string, Calls> expected = {
      {"hello", {"hello 1 <1.0.0> <>"}},
      {"hello-tag", {"hello 1 <1.0.0> <aB3-_x9Z>"}},
      {"hello-more", {"hello 1 <1.2.3> <>"}},
      {"hello-other-version", {"hello 2 <> <>"}},
      {"heartbeat", {"heartbeat 7"}},
      {"heartbeat-large", {"heartbeat 72057594037927935"}},
      {"listen",
       {"listen 3 route [][]any frames route "
        "[<chat><room>][<v12.stomp><v11.stomp>]"
        "[<https://example.org><null>] events resumes pages </srv/www> hixie=0 "
        "max_connections=2147483648 max_message=65536"}},
      {"configure", {"configure 4 route [<e>][][] frames pages <>"}},
      {"listen-tls",
       {"listen 5 route [][]any frames pages <> tls "
        "</etc/cert.pem>[]</etc/key.pem><><secret></etc/ca.pem>[] verify fail "
        "depth 2 host <a.example> "
        "<>[<0\\x00><0\\x01\\x00>]<><0\\x03><><>[<0\\x04>] depth 1 1.2 "
        "[<ECDHE-RSA-AES128-GCM-SHA256>] order"}},
      {"unlisten", {"unlisten 3"}},
      {"remove", {"remove 3 1001 <going away> 0"}},
      {"remove-window", {"remove 3 1001 <maintenance> 30000"}},
      {"adopt", {"adopt 99 <\\x81\\x85\\x00\\x00\\x00\\x00hello>"}},
      {"adopt-empty", {"adopt 100 <>"}},
      {"accept",
       {"accept 180388626433 PID [<x-one><1><set-cookie><a=b; path=/>]"}},
      {"accept-bare", {"accept 180388626433 PID []"}},
      {"refuse", {"refuse 180388626433 403 <not for you> []"}},
      {"refuse-data",
       {"refuse 180388626433 403 <Invalid namespace> "
        "[#{<code>=>7,<why>=>[<x>,null]}]"}},
      {"refuse-data-small", {"refuse 180388626433 403 <> [7]"}},
      {"refuse-no-value",
       {"refuse 180388626433 403 <no> []",
        "no-value 180388626433 <a tuple that is not {binary, Binary}>"}},
      {"send-text", {"send 180388626433 utf8 <gr\\xc3\\xbc\\xc3\\x9fe>"}},
      {"send-many",
       {"send 1 utf8 <>", "send 1 binary <\\x00\\xff\\x83>",
        "send 1 utf8 <z>"}},
      {"send-none", {}},
      {"send-event",
       {"send 180388626433 event <gr\\xc3\\xbc\\xc3\\x9fe> "
        "[1,<two>,#{<three>=>[3.500000,null]}] none"}},
      {"send-event-id", {"send 180388626433 event <news> [] 9007199254740991"}},
      {"send-event-binary",
       {"send 180388626433 event <> [{binary,<\\x00\\xff>}] 1"}},
      {"send-event-packed", {"send 180388626433 event <e> [1,2,255] none"}},
      {"send-ack",
       {"send 180388626433 ack 0 []",
        "send 180388626433 ack 7 [true," + std::to_string(1.0e300) + "]"}},
      {"send-all",
       {"send 1 utf8 <t>", "send 1 event <e> [<a>] 2", "send 1 binary <b>",
        "send 1 ack 3 [false]"}},
      {"send-no-value",
       {"no-value 180388626433 <a pid>",
        "no-value 180388626433 <an event's name that is not UTF-8>",
        "no-value 180388626433 <a fun>",
        "no-value 180388626433 <arguments that are not a list>",
        "no-value 180388626433 <arguments that are not a list>",
        "send 180388626433 utf8 <good>"}},
      {"disconnect", {"disconnect 180388626433 one"}},
      {"disconnect-whole", {"disconnect 180388626433 whole"}},
      {"join", {"join 180388626433 <gr\\xc3\\xbc\\xc3\\x9fe> close"}},
      {"join-drop-oldest", {"join 180388626433 <a> drop"}},
      {"join-conflate", {"join 180388626433 <a> conflate"}},
      {"sync", {"sync 180388626433 9007199254740991"}},
      {"leave", {"leave 180388626433 <\\x00\\xff>"}},
      {"position", {"position 180388626433 <gr\\xc3\\xbc\\xc3\\x9fe:7>"}},
      {"position-none", {"position 180388626433 <>"}},
      {"broadcast",
       {"broadcast to [<a><b>] except [<c>] 180388626433 7 "
        "event <news> [#{},<x>] none"}},
      {"broadcast-frame", {"broadcast to [<a>] except [] 7 255 utf8 <hello>"}},
      {"broadcast-none", {"broadcast to [] except [] binary <>"}},
      {"broadcast-namespace",
       {"broadcast to /chat [<a>] except [] utf8 <hello>"}},
      {"broadcast-key", {"broadcast to [<a>] key <k> except [] utf8 <hello>"}},
      {"broadcast-all", {"broadcast to / all except [<b>] utf8 <hello>"}},
      {"broadcast-no-value", {"no-value 0 <a pid>"}},
      {"credit", {"credit 180388626433 32 131072"}},
      {"close", {"close 180388626433 1000 <>"}},
      {"close-reason", {"close 180388626433 4000 <bye, bye>"}},
      {"request",
       {"request 12 4 <GET> </socks/socket.io/echo/xhr-polling//1?x=y> "
        "</socket.io/echo/xhr-polling//1?x=y> "
        "[<host><example.org><accept><*/*>] <192.0.2.7> 51234 <::1> 15690 "
        "secure <0\\x00> <>"}},
      {"forwarded",
       {"forwarded 13 <AbC-_1> <POST> "
        "</a/socket.io/?EIO=4&transport=polling&sid=AbC-_1> "
        "</socket.io/?EIO=4&transport=polling&sid=AbC-_1> "
        "[<host><example.org><accept><*/*>] <192.0.2.7> 51234 <::1> 8080 "
        "plain <> <42[\"x\"]>"}},
      {"answer", {"answer 5 200 [<x-one><1><set-cookie><a=b; path=/>] <body>"}},
      {"answer-bare", {"answer 72057594037927935 404 [] <>"}},
      {"unanswered", {"unanswered 5"}},
      {"bytes", {"bytes 12 <more>"}},
      {"gone", {"gone 12"}},
      {"stop", {"stop 1012 <restart>"}},
      {"unknown", {"unknown <dance>"}},
      {"list", {"heartbeat 1", "send 5 utf8 <a>", "unknown <dance>", "gone 6"}},
      {"list-empty", {}},
  };
  return expected;
}

Calls WithPid(Calls calls) {
  for (std::string& call : calls) {
    for (const std::string pid : {kPidLatin, kPidUtf8}) {
      const size_t at = call.find(pid);
      if (at != std::string::npos) call.replace(at, pid.size(), "PID");
    }
  }
  return calls;
}

TEST(ReaderGoldenTest, ReadsEveryGoldenCommand) {
  std::set<std::string> read;
  for (const golden::Line& line : golden::Load("node")) {
    SCOPED_TRACE(line.name);
    ASSERT_EQ(Expected().count(line.name), 1U);
    Recorder recorder;
    EXPECT_FALSE(ReadPacket(line.packet, &recorder));
    EXPECT_EQ(WithPid(recorder.calls()), Expected().at(line.name));
    read.insert(line.name);
  }
  EXPECT_EQ(read.size(), Expected().size());
}

}  // namespace
}  // namespace rabbit_socks::node
