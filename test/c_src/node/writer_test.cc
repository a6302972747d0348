// SPDX-License-Identifier: MPL-2.0
#include "node/writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/golden.h"
#include "node/packets.h"
#include "node/term_reader.h"

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
      {"open", [](W w) { w->Open(kSession, 3, 1, Info()); }},
      {"open-bare", [](W w) { w->Open(kSession, 3, 0, BareInfo()); }},
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
      {"closed", [](W w) { w->Closed(kPid, 1006, ""); }},
      {"closed-reason", [](W w) { w->Closed(kPid, 4001, "bye"); }},
      {"congested", [](W w) { w->Congested(kPid); }},
      {"drained", [](W w) { w->Drained(kPid); }},
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
  };
  return examples;
}

TEST(WriterTest, WritesEveryGoldenEvent) {
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

TEST(WriterTest, TakeEmptiesIt) {
  Writer writer;
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.Take(), "");
  Say(&writer, "one");
  EXPECT_FALSE(writer.empty());
  EXPECT_GT(writer.size(), kPid.size());
  const std::string first = writer.Take();
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.size(), 0U);
  Say(&writer, "one");  // nothing of before to be merged with
  EXPECT_EQ(writer.Take(), first);
}

TEST(WriterTest, MessagesOfTwoSessionsAreTwoEvents) {
  Writer writer;
  Say(&writer, "a");
  writer.Message(SessionId{7}, kPid, Payload::kText, "b");
  Say(&writer, "c");
  Say(&writer, "d");
  EXPECT_EQ(Events(Split(writer.Take())), (std::vector<size_t>{3}));
}

// K04: what does not fit one packet goes on in the next, in order.
TEST(WriterTest, APacketNeverPassesItsLimit) {
  Writer writer;
  const std::string large(kMaxPacket / 4, 'x');
  std::string sent;
  for (char c = 'a'; c < 'k'; ++c) {
    Say(&writer, std::string(1, c));
    Say(&writer, large);
    sent += c;
  }
  const std::vector<std::string> packets = Split(writer.Take());
  EXPECT_GE(packets.size(), 3U);
  std::string found;
  for (const std::string& packet : packets) {
    EXPECT_LE(packet.size(), kMaxPacket);
    TermReader reader(packet);
    ASSERT_TRUE(reader.Version() && reader.Skip() && reader.AtEnd());
    for (const std::string& text : Binaries(packet)) {
      if (text.size() == 1) found += text;
    }
  }
  EXPECT_EQ(found, sent);
}

TEST(WriterTest, APacketMayBeJustAsLargeAsItsLimit) {
  // What is around the data of the only message of a packet.
  Writer writer;
  Say(&writer, "");
  const size_t around = writer.Take().size() - 4;
  const std::string most(kMaxPacket - around, 'x');
  Say(&writer, most);
  writer.Heartbeat(1);
  const std::vector<std::string> packets = Split(writer.Take());
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[0].size(), kMaxPacket);
  EXPECT_EQ(Events(packets), (std::vector<size_t>{1, 1}));
  EXPECT_DEATH(Say(&writer, most + "x"), "larger than a packet");
}

TEST(WriterTest, LargeBytesBecomeSeveralEvents) {
  Writer writer;
  writer.Bytes(1, std::string(2 * Writer::kPiece + 1, 'x'));
  EXPECT_EQ(Events(Split(writer.Take())), (std::vector<size_t>{3}));
  writer.Bytes(1, "");
  EXPECT_TRUE(writer.empty());
}

TEST(WriterTest, ALargeAnswerIsStreamed) {
  Writer writer;
  writer.Response(1, Head(200), std::string(kMaxPacket, 'x'));
  writer.Finish(2);
  const std::vector<std::string> packets = Split(writer.Take());
  ASSERT_EQ(packets.size(), 2U);
  const size_t pieces = kMaxPacket / Writer::kPiece;
  const std::vector<size_t> events = Events(packets);
  EXPECT_EQ(events[0] + events[1], 1 + pieces + 1 + 1);
}

TEST(WriterTest, TextsAreCutBetweenCharacters) {
  Writer writer;
  std::string reason(Writer::kMaxReason - 1, 'x');
  writer.Closed(kPid, 1000, reason + "\xc3\xbc");
  EXPECT_EQ(Binaries(Split(writer.Take())[0]),
            std::vector<std::string>{reason});
  std::string text(Writer::kMaxLog - 1, 'x');
  writer.Log(9, text + "\xc3\xbc");
  EXPECT_EQ(Binaries(Split(writer.Take())[0]), std::vector<std::string>{text});
}

}  // namespace
}  // namespace rabbit_socks::node
