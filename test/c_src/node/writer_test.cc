// SPDX-License-Identifier: MPL-2.0
#include "node/writer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

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

// An array of one text.
base::Value Text(size_t size) {
  base::Value array;
  array.Array(1);
  array.Text(std::string(size, 'x'));
  return array;
}

void Say(Writer* writer, base::Bytes text) {
  writer->Message(kSession, kPid, Payload::kText, text);
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

// The term of a value may be longer than any limit of a listener: nobody's
// fault.
TEST(WriterTest, WhatCannotFitIsNotWritten) {
  Writer writer;
  EXPECT_FALSE(
      writer.Event(kSession, kPid, "e", Text(kMaxPacket), std::nullopt, 1));
  EXPECT_FALSE(writer.Ack(kSession, kPid, 1, Text(kMaxPacket), 1));
  base::OpenInfo info;
  info.auth = Text(kMaxPacket);
  EXPECT_FALSE(writer.Open(kSession, 1, 0, info));
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.Take(), "");
}

TEST(WriterTest, WhatIsThereSurvivesWhatCannotFit) {
  Writer writer;
  Writer expected;
  for (Writer* w : {&writer, &expected}) {
    Say(w, "one");
    EXPECT_TRUE(w->Ack(kSession, kPid, 1, Text(0), 1));
  }
  EXPECT_FALSE(
      writer.Event(kSession, kPid, "e", Text(kMaxPacket), std::nullopt, 1));
  EXPECT_EQ(writer.Take(), expected.Take());
  // And the writer goes on.
  Say(&writer, "two");
  Say(&expected, "two");
  EXPECT_EQ(writer.Take(), expected.Take());
}

// K04, for messages whose size shows only when they are written.
TEST(WriterTest, EventsGoOnInTheNextPacket) {
  Writer writer;
  for (uint64_t i = 0; i < 10; ++i) {
    EXPECT_TRUE(writer.Event(kSession, kPid, "e", Text(kMaxPacket / 4), i, 1));
  }
  const std::vector<std::string> packets = Split(writer.Take());
  EXPECT_GE(packets.size(), 3U);
  size_t found = 0;
  for (const std::string& packet : packets) {
    EXPECT_LE(packet.size(), kMaxPacket);
    TermReader reader(packet);
    ASSERT_TRUE(reader.Version() && reader.Skip() && reader.AtEnd());
    for (const std::string& text : Binaries(packet)) found += text == "e";
  }
  EXPECT_EQ(found, 10U);
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
