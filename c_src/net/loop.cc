// SPDX-License-Identifier: MPL-2.0
#include "net/loop.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/fd_channel.h"
#include "net/handle.h"
#include "net/link.h"
#include "net/listener.h"
#include "net/socket_options.h"
#include "net/socket_table.h"
#include "net/tls_source.h"

namespace rabbit_socks::net {
namespace {

constexpr uint64_t kTickMs = 100;
// Effects may have effects: so often a turn's end starts again before the rest
// waits for the next turn, which is at most a tick away.
constexpr int kMaxRounds = 16;

}  // namespace

// Members are destroyed in reverse order: what accepts first, then what talks
// to the node, last the loop they all live in.
struct Loop::Impl final : public Acceptor {
  // The loop itself, which outlives every handle.
  struct Uv {
    uv_loop_t loop;
    Uv() { RS_CHECK(uv_loop_init(&loop) == 0, "no event loop"); }
    ~Uv() {
      while (uv_loop_alive(&loop) != 0) uv_run(&loop, UV_RUN_DEFAULT);
      RS_CHECK(uv_loop_close(&loop) == 0, "a handle was leaked");
    }
    Uv(const Uv&) = delete;
    Uv& operator=(const Uv&) = delete;
  };

  Impl(Events* receiver, uint32_t max_packet)
      : events(receiver), link_in(&uv.loop, receiver, max_packet) {}

  void Accepted(uint64_t listener, int fd,
                const sockaddr_storage& peer) override {
    std::unique_ptr<TlsStream> stream;
    if (const auto found = tls.find(listener); found != tls.end()) {
      stream = NewStream(listener, found->second.get(), fd);
      if (!stream) {
        ResetOnClose(fd);
        close(fd);
        return;
      }
    }
    const SocketId id = sockets.Open(fd, false, std::move(stream));
    if (!id) return;
    events->OnConnection(listener, id, ToAddress(peer), LocalAddress(fd),
                         uv_now(&uv.loop));
  }

  std::unique_ptr<TlsStream> NewStream(uint64_t listener, TlsSource* source,
                                       int fd) const {
    std::shared_ptr<const TlsContext> context =
        source->Current(uv_now(&uv.loop));
    for (const TlsSource::Report& report : source->TakeReports())
      events->OnTlsReport(listener, report.error, report.text);
    return context ? TlsStream::Accept(std::move(context), fd) : nullptr;
  }

  void Retire(uint64_t listener) {
    const auto found = listeners.find(listener);
    if (found == listeners.end()) return;
    found->second->Close();
    retired.push_back(std::move(found->second));
    listeners.erase(found);
  }

  void Tick() {
    const base::Time now = uv_now(&uv.loop);
    for (const auto& [id, listener] : listeners) listener->Tick(now);
    sockets.Tick(now);
    events->OnTick(now);
  }

  void EndTurn() {
    const base::Time now = uv_now(&uv.loop);
    for (int round = 0; round < kMaxRounds; ++round) {
      sockets.Settle();
      sockets.Reap();
      events->OnTurnEnd(now);
      if (!sockets.busy()) break;
    }
    link_out.Flush();
    retired.clear();
  }

  bool Start(const NodeEnds& ends, std::string* error);

  Uv uv;
  Events* events;
  LinkReader link_in;
  LinkWriter link_out{&uv.loop, events};
  FdChannel channel{&uv.loop, events};
  SocketTable sockets{&uv.loop, events};
  std::unordered_map<uint64_t, std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<Listener>> retired;
  std::unordered_map<uint64_t, std::shared_ptr<TlsSource>> tls;  // by listener
  Handle<uv_timer_t> ticker;
  // Runs before each wait: all that happened since the last one, in timers too,
  // is carried out before the loop sleeps.
  Handle<uv_prepare_t> turn_end;
  bool running = false;
  bool stopped = false;
};

bool Loop::Impl::Start(const NodeEnds& ends, std::string* error) {
  const auto failed = [&](const char* what, int code) {
    if (code == 0) return false;
    *error = std::string(what) + ": " + uv_strerror(code);
    return true;
  };
  // Each takes its descriptor whatever happens, so both are opened first.
  const int in = link_in.Open(ends.link_in);
  const int out = link_out.Open(ends.link_out);
  if (failed("cannot read the link", in)) return false;
  if (failed("cannot write the link", out)) return false;
  if (failed("cannot connect to the descriptor channel",
             channel.Connect(ends.channel_path)))
    return false;
  ticker = MakeHandle<uv_timer_t>(
      this, [&](uv_timer_t* t) { return uv_timer_init(&uv.loop, t); });
  turn_end = MakeHandle<uv_prepare_t>(
      this, [&](uv_prepare_t* p) { return uv_prepare_init(&uv.loop, p); });
  uv_timer_start(
      ticker.get(),
      [](uv_timer_t* t) {
        if (t->data != nullptr) static_cast<Impl*>(t->data)->Tick();
      },
      kTickMs, kTickMs);
  uv_prepare_start(turn_end.get(), [](uv_prepare_t* p) {
    if (p->data != nullptr) static_cast<Impl*>(p->data)->EndTurn();
  });
  return true;
}

Loop::Loop() = default;
Loop::~Loop() = default;

std::unique_ptr<Loop> Loop::Create(const NodeEnds& ends, Events* events,
                                   std::string* error) {
  // Before the loop exists: it would get the numbers of descriptors that are
  // not open.
  for (const int fd : {ends.link_in, ends.link_out}) {
    if (fcntl(fd, F_GETFD) < 0) {
      *error =
          "the link is not open: the program is started by the broker's plugin";
      return nullptr;
    }
  }
  // A peer that is gone is an errno of write.
  std::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<Loop> loop(new Loop());
  loop->impl_ = std::make_unique<Impl>(events, ends.max_packet);
  if (!loop->impl_->Start(ends, error)) return nullptr;
  return loop;
}

void Loop::Run() {
  impl_->running = true;
  if (!impl_->stopped) uv_run(&impl_->uv.loop, UV_RUN_DEFAULT);
  impl_->running = false;
  impl_->EndTurn();
  impl_->stopped = false;
}

void Loop::Stop() {
  impl_->stopped = true;
  // Outside of uv_run its flag would stop the next one.
  if (impl_->running) uv_stop(&impl_->uv.loop);
}

base::Time Loop::Now() const { return uv_now(&impl_->uv.loop); }

bool Loop::Listen(uint64_t listener, int fd) {
  auto opened = std::make_unique<Listener>(&impl_->uv.loop, listener,
                                           impl_.get(), impl_->events);
  if (!opened->Open(fd)) return false;
  impl_->Retire(listener);
  impl_->listeners.emplace(listener, std::move(opened));
  return true;
}

void Loop::SetTls(uint64_t listener, std::shared_ptr<TlsSource> source) {
  if (source) {
    impl_->tls[listener] = std::move(source);
  } else {
    impl_->tls.erase(listener);
  }
}

void Loop::Unlisten(uint64_t listener) { impl_->Retire(listener); }

SocketId Loop::Adopt(int fd) {
  if (!IsConnectable(fd)) {
    close(fd);
    return {};
  }
  SetStreamOptions(fd);
  return impl_->sockets.Open(fd, true);
}

void Loop::Write(SocketId socket, base::Bytes bytes) {
  if (Socket* s = impl_->sockets.Find(socket)) s->Write(bytes);
}

void Loop::Relieve() { impl_->sockets.Relieve(); }

void Loop::Finish(SocketId socket) {
  if (Socket* s = impl_->sockets.Find(socket)) s->Finish();
}

void Loop::Reset(SocketId socket) {
  if (Socket* s = impl_->sockets.Find(socket)) s->Reset();
}

void Loop::Pause(SocketId socket) {
  if (Socket* s = impl_->sockets.Find(socket)) s->SetPaused(true);
}

void Loop::Resume(SocketId socket) {
  if (Socket* s = impl_->sockets.Find(socket)) s->SetPaused(false);
}

size_t Loop::sockets() const { return impl_->sockets.size(); }

void Loop::WriteLink(std::string bytes) {
  impl_->link_out.Write(std::move(bytes));
}

size_t Loop::link_queued() const { return impl_->link_out.queued(); }

}  // namespace rabbit_socks::net
