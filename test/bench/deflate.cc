// SPDX-License-Identifier: MPL-2.0
// What permessage-deflate costs in the edge, without sockets: the codec alone.
//
//   deflate [CONNECTIONS]
//       For each mode of a listener and for a chat message of 100 bytes and a
//       list of trades of 4 KiB, both JSON: bytes of a frame, microseconds of
//       CPU to send one and to receive one, bytes of heap for a connection that
//       has negotiated (idle) and for one that has sent and received (used).
//
// Messages differ as those of an application do; a turn goes over all
// connections, so that each finds its state as cold as a server would.
#include <malloc.h>
#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "websocket/codec.h"
#include "websocket/deflate_pool.h"

namespace {

using rabbit_socks::base::Bytes;
using rabbit_socks::base::Payload;
using namespace rabbit_socks::
    websocket;  // NOLINT(google-build-using-namespace)

class Numbers {
 public:
  unsigned Below(unsigned limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<unsigned>(state_ >> 33) % limit;
  }

 private:
  uint64_t state_ = 1;
};

std::string Chat(Numbers* numbers) {
  constexpr std::array<const char*, 6> kWords = {"hello", "how",   "rabbit",
                                                 "queue", "there", "is"};
  std::string text = "{\"room\":\"lobby\",\"user\":\"alice\",\"id\":" +
                     std::to_string(numbers->Below(1000000)) + ",\"text\":\"";
  while (text.size() < 94) {
    text += kWords[numbers->Below(kWords.size())];
    text += ' ';
  }
  return text + "\"}";
}

std::string Trades(Numbers* numbers) {
  constexpr std::array<const char*, 4> kSymbols = {"EURUSD", "GBPJPY", "XAUUSD",
                                                   "BTCUSD"};
  std::string text = "[";
  while (text.size() < 4000) {
    text += "{\"symbol\":\"" +
            std::string(kSymbols[numbers->Below(kSymbols.size())]) +
            "\",\"price\":" + std::to_string(numbers->Below(1000000)) +
            ",\"size\":" + std::to_string(numbers->Below(5000)) +
            ",\"time\":17000" + std::to_string(numbers->Below(100000000)) +
            ",\"open\":true},";
  }
  text.back() = ']';
  return text;
}

class Count final : public Sink {
 public:
  bool OnMessage(Payload, Bytes data) override {
    bytes += data.size();
    return true;
  }
  void OnPing(Bytes) override {}
  void OnPong(Bytes) override {}
  void OnClose(uint16_t, Bytes) override {}
  size_t bytes = 0;
};

double CpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

size_t Heap() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A server's frame as a client's, with a mask that changes nothing.
void Mask(std::string* frame) {
  const unsigned length = static_cast<unsigned char>((*frame)[1]);
  (*frame)[1] = static_cast<char>(length | 0x80);
  frame->insert(length < 126 ? 2 : length == 126 ? 4 : 10, 4, '\0');
}

struct Mode {
  const char* name;
  bool deflate;
  DeflateTerms terms;
};

std::vector<std::unique_ptr<Codec>> Codecs(const Mode& mode, size_t count,
                                           DeflatePool* pool) {
  std::vector<std::unique_ptr<Codec>> codecs;
  for (size_t i = 0; i < count; ++i)
    codecs.push_back(
        MakeCodec(Draft::kRfc6455, {},
                  mode.deflate ? std::make_unique<Deflation>(mode.terms, pool)
                               : nullptr));
  return codecs;
}

void Measure(const Mode& mode, const char* kind,
             const std::vector<std::string>& messages, size_t connections) {
  constexpr size_t kTurns = 20;
  DeflatePool pool;
  const size_t before = Heap();
  auto servers = Codecs(mode, connections, &pool);
  const size_t idle = (Heap() - before) / connections;
  std::vector<std::string> frames(connections);
  Count count;
  double sending = 0, receiving = 0;
  size_t sent = 0, used = 0;
  for (size_t turn = 0; turn < kTurns; ++turn) {
    for (std::string& frame : frames) frame.clear();
    const double start = CpuSeconds();
    for (size_t i = 0; i < connections; ++i) {
      const std::string& message = messages[(turn * 7 + i) % messages.size()];
      if (!servers[i]->AppendMessage(Payload::kText, message, &frames[i]))
        std::abort();
    }
    sending += CpuSeconds() - start;
    for (std::string& frame : frames) {
      sent += frame.size();
      Mask(&frame);
    }
    const double middle = CpuSeconds();
    for (size_t i = 0; i < connections; ++i) {
      if (servers[i]->Feed(frames[i], &count).fault) std::abort();
    }
    receiving += CpuSeconds() - middle;
  }
  for (std::string& frame : frames) std::string().swap(frame);
  used = (Heap() - before) / connections;
  const auto each = static_cast<double>(connections * kTurns);
  std::printf("%-10s %-8s %8.0f %8.2f %8.2f %10zu %10zu\n", mode.name, kind,
              static_cast<double>(sent) / each, sending * 1e6 / each,
              receiving * 1e6 / each, idle, used);
}

}  // namespace

int main(int argc, char** argv) {
  const size_t connections =
      argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 500;
  if (connections == 0) return 1;
  Numbers numbers;
  std::vector<std::string> chats, trades;
  for (int i = 0; i < 200; ++i) {
    chats.push_back(Chat(&numbers));
    trades.push_back(Trades(&numbers));
  }
  const std::array<Mode, 4> modes = {{
      {"off", false, {}},
      {"shared", true, {false, false, 15, 15, 0}},
      {"dedicated", true, {true, true, 15, 15, 0}},
      {"  11 bits", true, {true, true, 11, 11, 0}},
  }};
  std::printf("%-10s %-8s %8s %8s %8s %10s %10s\n", "mode", "message", "bytes",
              "us send", "us recv", "heap idle", "heap used");
  for (const Mode& mode : modes) {
    Measure(mode, "100 B", chats, connections);
    Measure(mode, "4 KiB", trades, connections);
  }
  return 0;
}
