// SPDX-License-Identifier: MPL-2.0
#include "server/edge_fixture.h"

#include <unistd.h>

#include <cstdlib>

#include "server/terms.h"

namespace rabbit_socks::server {

using namespace terms;  // NOLINT(google-build-using-namespace): the test's
                        // vocabulary

std::string IdMessage(uint64_t id) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(id >> shift & 0xff));
  return bytes;
}

std::string ConfigTerm(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {Atom("routes"), List({Map({{Atom("prefix"), List({})},
                                  {Atom("subprotocols"), List({})},
                                  {Atom("origins"), Atom("any")}})})},
      {Atom("pages"), Atom("none")}};
  pairs.insert(pairs.end(), more.begin(), more.end());
  return Map(pairs);
}

std::string Frame(const std::string& text) {
  std::string frame = "\x81";
  frame.push_back(static_cast<char>(0x80 | text.size()));
  return frame + std::string(4, '\0') + text;
}

uint64_t Number(const std::string& digits) {
  return std::strtoull(digits.c_str(), nullptr, 10);
}

EdgeTest::EdgeTest() {
  std::string error;
  server_ = Server::Create(node_.ends(), &error);
  EXPECT_NE(server_, nullptr) << error;
  node_.AcceptChannel();
  thread_ = std::thread([this] {
    exit_code_ = server_->Run();
    server_.reset();
  });
}

EdgeTest::~EdgeTest() {
  node_.in().Close();
  if (thread_.joinable()) thread_.join();
}

int EdgeTest::ExitCode() {
  thread_.join();
  return exit_code_;
}

void EdgeTest::Send(const std::string& term) { node_.in().Send(Packet(term)); }

void EdgeTest::SayHello() {
  Send(Tuple(
      {Atom("hello"), Integer(1), Map({{Atom("release"), Binary("1.0")}})}));
}

std::string EdgeTest::Event() {
  while (events_.empty()) {
    const std::string packet = NextPacket();
    if (packet.empty()) return "";
    EXPECT_EQ(packet.substr(0, 2), "\x83l");  // a list, whatever it holds
    const std::string shown = Show(base::Bytes(packet).substr(1));
    Split(shown.substr(1, shown.size() - 2));
  }
  std::string event = events_.front();
  events_.pop_front();
  return event;
}

std::string EdgeTest::Await(const std::string& beginning) {
  for (;;) {
    std::string event = Event();
    if (event.empty() || event.rfind(beginning, 0) == 0) return event;
  }
}

uint16_t EdgeTest::Listen(const std::string& config) {
  uint16_t port = 0;
  const int fd = net::NewListener("127.0.0.1", &port);
  node_.SendDescriptor(IdMessage(kListener), {fd});
  close(fd);
  Send(Tuple({Atom("listen"), Integer(kListener), config}));
  EXPECT_EQ(Await("{listening"), "{listening,5}");
  return port;
}

std::string EdgeTest::SessionOf(const std::string& open) {
  EXPECT_EQ(open.rfind("{open,", 0), 0U) << open;
  return open.substr(6, open.find(',', 6) - 6);
}

std::string EdgeTest::Upgrade() {
  return "GET /websocket/a/b?x=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: "
         "websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: "
         "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

net::Peer EdgeTest::Open(uint16_t port, std::string* session) {
  net::Peer client = net::ConnectTo("127.0.0.1", port);
  client.Send(Upgrade());
  *session = SessionOf(Await("{open,"));
  Send(Tuple({Atom("accept"), Integer(Number(*session)), Pid(7), List({})}));
  const std::string answer = client.Receive();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 101");
  EXPECT_NE(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  return client;
}

std::string EdgeTest::NextPacket() {
  while (received_.size() < 4 || received_.size() < 4 + Length()) {
    const std::string more = node_.out().Receive();
    if (more.empty()) return "";
    received_ += more;
  }
  const std::string packet = received_.substr(4, Length());
  received_.erase(0, 4 + packet.size());
  return packet;
}

size_t EdgeTest::Length() const {
  size_t length = 0;
  for (size_t i = 0; i < 4; ++i)
    length = length << 8 | static_cast<unsigned char>(received_[i]);
  return length;
}

void EdgeTest::Keep(const std::string& event) {
  if (event.rfind("{statistics,", 0) == 0) {
    statistics_ = event;
  } else {
    events_.push_back(event);
  }
}

// At commas outside of brackets.
void EdgeTest::Split(const std::string& shown) {
  int depth = 0;
  std::string event;
  for (const char c : shown) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      Keep(event);
      event.clear();
    } else {
      event.push_back(c);
    }
  }
  Keep(event);
}

}  // namespace rabbit_socks::server
