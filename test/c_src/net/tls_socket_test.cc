// SPDX-License-Identifier: MPL-2.0
// Sockets of the loop with TLS: the contract of net/events.h is the same.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "net/byte_path.h"
#include "net/fixture.h"
#include "net/socket.h"
#include "net/tls_source.h"
#include "net/tls_world.h"

namespace rabbit_socks::net {
namespace {

class TlsSocketTest : public LoopTest {
 protected:
  TlsSocketTest() {
    loop_->SetTls(kListener, std::make_shared<TlsSource>(OptionsOf(server_)));
  }

  // A client whose bytes are carried at the end of each turn.
  struct Client {
    explicit Client(Peer p) : peer(std::move(p)) {}
    void Carry() {
      const std::string heard = peer.ReceiveNow();
      peer.Send(tls.Step(heard));
    }
    Peer peer;
    TlsClient tls{TlsClient::Wish{}};
  };
  std::unique_ptr<Client> Connect() {
    return std::make_unique<Client>(ConnectOne());
  }
  // Until the only client's handshake is done, on both sides.
  std::unique_ptr<Client> Connected() {
    auto client = Connect();
    events_.on_turn_end = [c = client.get()] { c->Carry(); };
    RunUntil([&] {
      return !events_.connections.empty() && events_.only().secured &&
             client->tls.connected();
    });
    id_ = events_.only_id();
    return client;
  }
  void RunTicks(int count) {
    const int until = events_.ticks + count;
    RunUntil([&] { return events_.ticks >= until; });
  }

  const Signed server_ = Sign("server");
  SocketId id_;
};

TEST_F(TlsSocketTest, EchoAndAnOrderlyEnd) {
  const auto client = Connected();
  events_.on_bytes = [&](SocketId socket, base::Bytes bytes) {
    loop_->Write(socket, bytes);
  };
  client->peer.Send(client->tls.Say("hello"));
  RunUntil([&] { return client->tls.received() == "hello"; });
  client->peer.Send(client->tls.SayEnd());
  RunUntil([&] { return events_.only().ended; });
  loop_->Write(id_, " and goodbye");
  loop_->Finish(id_);
  RunUntil([&] { return events_.only().gone; });
  client->Carry();
  EXPECT_EQ(client->tls.received(), "hello and goodbye");
  EXPECT_NE(SSL_get_shutdown(client->tls.get()) & SSL_RECEIVED_SHUTDOWN, 0);
}

// Row T04.
TEST_F(TlsSocketTest, FinWithoutCloseNotifyIsGoneAndNoEnd) {
  const auto client = Connected();
  client->peer.Send(client->tls.Say("hello"));
  client->peer.EndSending();
  RunUntil([&] { return events_.only().gone; });
  EXPECT_EQ(events_.only().bytes, "hello");
  EXPECT_FALSE(events_.only().ended);
}

// Row T06: the second read is asked for by nobody but us.
TEST_F(TlsSocketTest, WhatIsBufferedComesAfterAPause) {
  const auto client = Connected();
  std::string all;
  std::string said;
  for (int i = 0; i < 700; ++i) {
    all += std::to_string(i);
    said += client->tls.Say(std::to_string(i));
  }
  events_.on_bytes = [&](SocketId socket, base::Bytes) {
    loop_->Pause(socket);
  };
  client->peer.Send(said);
  client->peer.Send(client->tls.SayEnd());
  RunTicks(2);
  const int reads = events_.only().reads;
  for (int i = 0; i < 100 && !events_.only().ended; ++i) {
    loop_->Resume(id_);
    RunTicks(1);
  }
  EXPECT_EQ(reads, 1);
  EXPECT_TRUE(events_.only().ended);
  EXPECT_EQ(events_.only().bytes, all);
}

TEST_F(TlsSocketTest, ASlowPeerGetsEverything) {
  const auto client = Connected();
  const std::string sent(4 << 20, 'q');
  loop_->Write(id_, sent);
  loop_->Finish(id_);
  loop_->Write(id_, "too late");
  RunUntil([&] { return client->tls.received().size() >= sent.size(); });
  EXPECT_EQ(client->tls.received(), sent);
  const std::vector<size_t>& queued = events_.only().queued;
  EXPECT_EQ(queued.back(), 0U);
  EXPECT_TRUE(std::is_sorted(queued.rbegin(), queued.rend()));
}

// Row T01: after 5 s, and until then nothing is said.
TEST_F(TlsSocketTest, WhoDoesNotShakeHandsIsGone) {
  const Peer silent = ConnectOne();
  const Peer slow = ConnectOne();
  const std::string hello = TlsClient({}).Step("");
  size_t sent = 0;
  RunUntil([&] {
    if (static_cast<size_t>(events_.ticks) > sent)
      slow.Send(hello.substr(sent++, 1));
    const auto& all = events_.connections;
    return all.size() == 2 &&
           std::all_of(all.begin(), all.end(),
                       [](const auto& c) { return c.second.gone; });
  });
  EXPECT_GE(events_.ticks, 45);
  for (const auto& [id, connection] : events_.connections) {
    EXPECT_EQ(connection.failure, "it took too long");
    EXPECT_FALSE(connection.secured);
  }
  EXPECT_EQ(loop_->sockets(), 0U);
}

TEST_F(TlsSocketTest, PlainHttpGetsAnAlertAndAnEnd) {
  Peer peer = ConnectOne();
  peer.Send("GET / HTTP/1.1\r\n\r\n");
  RunUntil([&] {
    return !events_.connections.empty() && !events_.only().failure.empty();
  });
  EXPECT_EQ(events_.only().failure, "http request");
  EXPECT_EQ(events_.only().reads, 0);
  peer.ReceiveAll();
  EXPECT_EQ(errno, 0);
  peer.Close();
  RunUntil([&] { return events_.only().gone; });
}

TEST_F(TlsSocketTest, FinishBeforeTheHandshakeIsAReset) {
  const Peer peer = ConnectOne();
  events_.on_connection = [&](SocketId socket) {
    loop_->Write(socket, "never said in the clear");
    loop_->Finish(socket);
  };
  RunUntil([&] { return !events_.connections.empty() && events_.only().gone; });
  EXPECT_EQ(peer.ReceiveAll(), "");
  EXPECT_EQ(errno, ECONNRESET);
}

// Row T09: those who are served already are not kept waiting by many that come.
TEST_F(TlsSocketTest, HandshakesAreSharedOutAmongTurns) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Connect());
  size_t before = 0;
  size_t most = 0;
  events_.on_turn_end = [&] {
    const auto secured = static_cast<size_t>(
        std::count_if(events_.connections.begin(), events_.connections.end(),
                      [](const auto& c) { return c.second.secured; }));
    most = std::max(most, secured - before);
    before = secured;
    for (const auto& client : clients) client->Carry();
  };
  RunUntil([&] { return before == 100; });
  EXPECT_LE(most, 8U);
}

TEST_F(TlsSocketTest, WithoutACertificateConnectionsAreReset) {
  base::TlsOptions bad;
  bad.identity.certfile = "/no/such/file";
  loop_->SetTls(kListener, std::make_shared<TlsSource>(bad));
  const Peer peer = ConnectOne();
  RunUntil([&] { return !events_.tls_reports.empty(); });
  EXPECT_EQ(peer.ReceiveAll(), "");
  EXPECT_EQ(errno, ECONNRESET);
  EXPECT_TRUE(events_.connections.empty());
  EXPECT_EQ(events_.tls_reports.size(), 1U);
  // And in the clear again once that is said.
  loop_->SetTls(kListener, nullptr);
  const Peer plain = ConnectOne();
  plain.Send("in the clear");
  RunUntil([&] {
    return !events_.connections.empty() && events_.only().reads == 1;
  });
  EXPECT_EQ(events_.only().bytes, "in the clear");
}

}  // namespace
}  // namespace rabbit_socks::net
