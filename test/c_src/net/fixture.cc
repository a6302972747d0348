// SPDX-License-Identifier: MPL-2.0
#include "net/fixture.h"

#include <string>

namespace rabbit_socks::net {

void Recorder::OnPacket(base::Bytes packet, base::Time /*now*/) {
  packets.emplace_back(packet);
}

void Recorder::OnLinkEnd(bool is_garbage) {
  ++link_ends;
  garbage = is_garbage;
}

void Recorder::OnDescriptor(uint64_t id, int fd, base::Time /*now*/) {
  descriptors.emplace_back(id, fd);
}

void Recorder::OnConnection(uint64_t listener, SocketId socket,
                            const Address& peer, const Address& local,
                            base::Time /*now*/) {
  EXPECT_EQ(connections.count(socket.value), 0U);
  Connection& c = connections[socket.value];
  c.listener = listener;
  c.peer = peer;
  c.local = local;
  if (on_connection) on_connection(socket);
}

void Recorder::OnSecured(SocketId socket, base::Bytes certificate,
                         base::Time /*now*/) {
  Connection& c = connections[socket.value];
  EXPECT_FALSE(c.secured || c.gone || c.reads != 0);
  c.secured = true;
  c.certificate = certificate;
  if (on_secured) on_secured(socket);
}

void Recorder::OnHandshakeFailed(SocketId socket, base::Bytes why,
                                 base::Time /*now*/) {
  Connection& c = connections[socket.value];
  EXPECT_TRUE(!c.secured && !c.gone && c.failure.empty());
  c.failure = why;
}

void Recorder::OnTlsReport(uint64_t /*listener*/, bool error,
                           base::Bytes text) {
  tls_reports.push_back((error ? "error " : "warning ") + std::string(text));
}

void Recorder::OnBytes(SocketId socket, std::span<char> bytes,
                       base::Time /*now*/) {
  Connection& c = connections[socket.value];
  EXPECT_FALSE(c.ended || c.gone);
  ++c.reads;
  c.bytes.append(bytes.data(), bytes.size());
  if (on_bytes) on_bytes(socket, base::Bytes(bytes.data(), bytes.size()));
}

void Recorder::OnEnd(SocketId socket, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].ended);
  connections[socket.value].ended = true;
  if (on_end) on_end(socket);
}

void Recorder::OnGone(SocketId socket, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].gone);
  connections[socket.value].gone = true;
  if (on_gone) on_gone(socket);
}

void Recorder::OnQueued(SocketId socket, size_t queued, base::Time /*now*/) {
  EXPECT_FALSE(connections[socket.value].gone);
  connections[socket.value].queued.push_back(queued);
}

void Recorder::OnTick(base::Time /*now*/) {
  ++ticks;
  if (on_tick) on_tick();
}

void Recorder::OnTurnEnd(base::Time /*now*/) {
  ++turns;
  if (on_turn_end) on_turn_end();
}

LoopTest::LoopTest() {
  std::string error;
  loop_ = Loop::Create(node_.ends(), &events_, &error);
  EXPECT_NE(loop_, nullptr) << error;
  node_.AcceptChannel();
}

void LoopTest::RunUntil(const std::function<bool()>& done) {
  const int last_tick = events_.ticks + 100;
  auto before = events_.on_turn_end;
  bool reached = false;
  events_.on_turn_end = [&] {
    if (before) before();
    reached = reached || done();
    if (reached || events_.ticks > last_tick) loop_->Stop();
  };
  loop_->Run();
  events_.on_turn_end = before;
  EXPECT_TRUE(reached) << "the condition did not come about";
}

Peer LoopTest::ConnectOne() {
  if (port_ == 0) {
    EXPECT_TRUE(loop_->Listen(kListener, NewListener("127.0.0.1", &port_)));
  }
  return ConnectTo("127.0.0.1", port_);
}

}  // namespace rabbit_socks::net
