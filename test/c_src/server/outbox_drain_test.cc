// SPDX-License-Identifier: MPL-2.0
#include "server/outbox_drain.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/packets.h"

namespace rabbit_socks::server {
namespace {

using base::ConnectionId;
using base::Payload;
using base::SessionId;
using net::SocketId;

// Writes down what is done to sockets.
class Notebook final : public SocketCommands {
 public:
  void Write(SocketId socket, base::Bytes bytes) override {
    Note("write", socket, bytes);
  }
  void Finish(SocketId socket) override { Note("finish", socket, ""); }
  void Reset(SocketId socket) override { Note("reset", socket, ""); }
  void Pause(SocketId socket) override { Note("pause", socket, ""); }
  void Resume(SocketId socket) override { Note("resume", socket, ""); }
  std::vector<std::string> lines;

 private:
  void Note(const char* what, SocketId socket, base::Bytes bytes) {
    lines.push_back(std::string(what) + " " + std::to_string(socket.slot()) +
                    " " + std::string(bytes));
  }
};

class OutboxDrainTest : public testing::Test {
 protected:
  OutboxDrainTest() {
    table_.Bind(kFirst, SocketId::Of(31, 1));
    table_.Bind(kSecond, SocketId::Of(32, 1));
    table_.BindRelay(kRelay, kRef);
  }
  std::vector<ConnectionId> Run() {
    after_ = drain_.Run(&outbox_);
    EXPECT_TRUE(outbox_.empty());
    return after_.ended;
  }

  // The owner is a pid in the node's encoding: here the external form of one.
  static std::string Pid() {
    return {"X\x77\x01n\0\0\0\x01\0\0\0\x02\0\0\0\x03", 16};
  }
  static base::Value Args(base::Bytes text) {
    base::Value args;
    args.Array(1);
    args.Text(text);
    return args;
  }

  static constexpr ConnectionId kFirst = ConnectionId::Of(1, 1);
  static constexpr ConnectionId kSecond = ConnectionId::Of(2, 5);
  static constexpr ConnectionId kRelay = ConnectionId::Of(3, 1);
  static constexpr uint64_t kRef = 900;
  base::Outbox outbox_;
  ConnectionTable table_;
  Notebook notebook_;
  node::Writer writer_;
  node::Writer expected_;  // the same calls by hand
  OutboxDrain::Aftermath after_;
  OutboxDrain drain_{&table_, &notebook_, &writer_};
};

TEST_F(OutboxDrainTest, SocketsInOrder) {
  outbox_.Write(kFirst, "one");
  outbox_.PauseReading(kSecond);
  outbox_.Write(kSecond, "two");
  outbox_.Write(kFirst, "three");
  outbox_.ResumeReading(kSecond);
  outbox_.Finish(kFirst);
  outbox_.Reset(kSecond);
  EXPECT_TRUE(Run().empty());
  EXPECT_EQ(notebook_.lines,
            (std::vector<std::string>{
                "write 31 one", "pause 32 ", "write 32 two", "write 31 three",
                "resume 32 ", "finish 31 ", "reset 32 "}));
  EXPECT_TRUE(writer_.empty());
}

TEST_F(OutboxDrainTest, ConnectionsThatAreGoneGetNothing) {
  outbox_.Write(ConnectionId::Of(1, 2), "stale");
  outbox_.Finish(ConnectionId::Of(99, 1));
  outbox_.Reset(ConnectionId{});
  EXPECT_TRUE(Run().empty());
  EXPECT_TRUE(notebook_.lines.empty());
  EXPECT_TRUE(writer_.empty());
}

TEST_F(OutboxDrainTest, SessionEventsGoToTheNode) {
  base::OpenInfo info;
  info.path = {"a", "b"};
  info.peer_address = "127.0.0.1";
  outbox_.Open(SessionId::Of(4, 1), 8, 2, info);
  EXPECT_TRUE(expected_.Open(SessionId::Of(4, 1), 8, 2, info));
  const std::string pid = Pid();
  outbox_.Message(SessionId::Of(4, 1), pid, Payload::kText, "hello");
  expected_.Message(SessionId::Of(4, 1), pid, Payload::kText, "hello");
  outbox_.Message(SessionId::Of(4, 1), pid, Payload::kBinary, "world");
  expected_.Message(SessionId::Of(4, 1), pid, Payload::kBinary, "world");
  outbox_.Congested(SessionId::Of(4, 1), pid);
  expected_.Congested(pid);
  outbox_.Drained(SessionId::Of(4, 1), pid);
  expected_.Drained(pid);
  outbox_.Dropped(SessionId::Of(4, 1), pid, 7);
  expected_.Dropped(pid, 7);
  outbox_.Synced(SessionId::Of(4, 1), pid, 8);
  expected_.Synced(pid, 8);
  outbox_.Broadcasts(SessionId::Of(4, 1), pid, 3, 300);
  expected_.Broadcasts(pid, 3, 300);
  outbox_.Closed(SessionId::Of(4, 1), pid, 1001, "away");
  expected_.Closed(pid, 1001, "away");
  outbox_.Log(2, "mind");
  expected_.Log(2, "mind");
  EXPECT_TRUE(Run().empty());
  EXPECT_EQ(writer_.Take(), expected_.Take());
  EXPECT_TRUE(notebook_.lines.empty());
}

TEST_F(OutboxDrainTest, EventsGoToTheNode) {
  const SessionId id = SessionId::Of(4, 1);
  const std::string pid = Pid();
  base::Value one = Args("one");
  base::Value two = Args("two");
  base::Value three = Args("three");
  outbox_.Event(id, pid, "news", &one, 7, 11);
  outbox_.Ack(id, pid, 8, &two, 12);
  outbox_.Event(id, pid, "more", &three, std::nullopt, 13);
  outbox_.Away(id, pid);
  outbox_.Back(id, pid);
  EXPECT_TRUE(expected_.Event(id, pid, "news", Args("one"), 7, 11));
  EXPECT_TRUE(expected_.Ack(id, pid, 8, Args("two"), 12));
  EXPECT_TRUE(expected_.Event(id, pid, "more", Args("three"), {}, 13));
  expected_.Away(pid);
  expected_.Back(pid);
  Run();
  EXPECT_EQ(writer_.Take(), expected_.Take());
  EXPECT_TRUE(after_.oversized.empty());
}

// Nothing comes after a gap but the end.
TEST_F(OutboxDrainTest, ASessionWhoseEventIsTooLargeIsNamed) {
  const SessionId id = SessionId::Of(4, 1);
  const SessionId other = SessionId::Of(5, 1);
  const std::string pid = Pid();
  base::Value large = Args(std::string(node::kMaxPacket, 'x'));
  base::Value small = Args("small");
  outbox_.Message(id, pid, Payload::kText, "before");
  outbox_.Event(id, pid, "e", &large, std::nullopt, 1);
  outbox_.Ack(id, pid, 1, &small, 1);
  outbox_.Congested(id, pid);
  outbox_.Message(other, pid, Payload::kText, "another's");
  outbox_.Closed(id, pid, 1006, "");
  Run();
  std::vector<std::string> said;
  for (const std::string& packet : node::Split(writer_.Take())) {
    for (std::string& text : node::Binaries(packet))
      said.push_back(std::move(text));
  }
  EXPECT_EQ(said, (std::vector<std::string>{"before", "another's", ""}));
  EXPECT_EQ(after_.oversized, std::vector<SessionId>{id});
  outbox_.Message(id, pid, Payload::kText, "of the next run");
  Run();
  EXPECT_TRUE(after_.oversized.empty());
  EXPECT_FALSE(writer_.empty());
}

TEST_F(OutboxDrainTest, ForwardedRequestsGoToTheNode) {
  base::RelayedRequest request;
  request.method = "POST";
  request.path = "/socket.io/";
  request.body = "42";
  outbox_.Forward(3, "name", request);
  outbox_.Withdraw(3);
  expected_.Forward(3, "name", request);
  expected_.Gone(3);
  EXPECT_TRUE(Run().empty());
  EXPECT_EQ(writer_.Take(), expected_.Take());
  EXPECT_TRUE(notebook_.lines.empty());
}

TEST_F(OutboxDrainTest, AWholeAnswerEndsARelay) {
  base::RelayedHead head;
  head.status = 404;
  head.headers = {{"content-type", "text/plain"}};
  outbox_.Respond(kRelay, head, "not here");
  expected_.Response(kRef, head, "not here");
  EXPECT_EQ(Run(), std::vector<ConnectionId>{kRelay});
  EXPECT_EQ(writer_.Take(), expected_.Take());
  EXPECT_EQ(table_.FindRelay(kRef), nullptr);
}

TEST_F(OutboxDrainTest, AStreamEndsWithFinish) {
  base::RelayedHead head;
  outbox_.RespondStart(kRelay, head);
  expected_.ResponseStart(kRef, head);
  outbox_.Write(kRelay, "part");
  expected_.Bytes(kRef, "part");
  EXPECT_TRUE(Run().empty());
  EXPECT_NE(table_.FindRelay(kRef), nullptr);
  outbox_.Finish(kRelay);
  expected_.Finish(kRef);
  outbox_.Write(kRelay, "after the end");
  EXPECT_EQ(Run(), std::vector<ConnectionId>{kRelay});
  EXPECT_EQ(writer_.Take(), expected_.Take());
}

TEST_F(OutboxDrainTest, AResetOfARelayIsItsFinish) {
  outbox_.Reset(kRelay);
  expected_.Finish(kRef);
  EXPECT_EQ(Run(), std::vector<ConnectionId>{kRelay});
  EXPECT_EQ(writer_.Take(), expected_.Take());
}

TEST_F(OutboxDrainTest, ASwitchIsRemembered) {
  base::RelayedHead head;
  head.status = 101;
  head.headers = {{"upgrade", "websocket"}};
  outbox_.Switch(kRelay, head);
  expected_.Switch(kRef, head);
  EXPECT_FALSE(table_.FindRelay(kRef)->switched);
  EXPECT_TRUE(Run().empty());
  EXPECT_TRUE(table_.FindRelay(kRef)->switched);
  EXPECT_EQ(writer_.Take(), expected_.Take());
}

TEST_F(OutboxDrainTest, APausedRelayIsRemembered) {
  outbox_.PauseReading(kRelay);
  Run();
  EXPECT_TRUE(table_.FindRelay(kRef)->paused);
  table_.FindRelay(kRef)->held = 500;
  outbox_.ResumeReading(kRelay);
  Run();
  EXPECT_FALSE(table_.FindRelay(kRef)->paused);
  EXPECT_EQ(table_.FindRelay(kRef)->held, 0U);
  EXPECT_TRUE(writer_.empty());
}

// Only the node can stop reading it.
TEST_F(OutboxDrainTest, TheNodeIsToldOfAPausedRelay) {
  table_.FindRelay(kRef)->relaying = true;
  outbox_.PauseReading(kRelay);
  outbox_.ResumeReading(kRelay);
  expected_.Pause(kRef);
  expected_.Resume(kRef);
  Run();
  EXPECT_EQ(writer_.Take(), expected_.Take());
}

// The session room goes on writing to the same id: bytes to a socket from then
// on.
TEST_F(OutboxDrainTest, ARelayThatWasAdoptedIsASocket) {
  table_.EraseRelay(kRef);
  table_.Bind(kRelay, SocketId::Of(33, 1));
  outbox_.Write(kRelay, "frame");
  Run();
  EXPECT_EQ(notebook_.lines, std::vector<std::string>{"write 33 frame"});
  EXPECT_TRUE(writer_.empty());
}

}  // namespace
}  // namespace rabbit_socks::server
