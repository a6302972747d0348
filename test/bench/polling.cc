// SPDX-License-Identifier: MPL-2.0
// Socket.IO 4 over polling: every session has a poll that is held; posters go
// around the sessions and let each echo one event, which its poll brings.
#include <string>
#include <vector>

#include "http_connection.h"
#include "modes.h"

namespace {

constexpr std::string_view kEvent =
    R"(42["echo",{"id":123456,"on":true,"text":"sixty-four bytes of it"}])";

struct Session {
  HttpConnection poll;
  std::string target;
  size_t poster = 0;  // what waits for the echo
  bool busy = false;
};

struct Poster {
  HttpConnection connection;
  size_t session = 0;
  unsigned missing = 0;  // of the POST's answer and the echo
};

Session Open(const Target& target) {
  constexpr std::string_view kSid = R"("sid":")";
  Session session{HttpConnection(target), target.path};
  session.poll.Get(target.path);
  const std::string open = session.poll.Answer();
  const size_t at = open.find(kSid);
  const size_t end = open.find('"', at + kSid.size());
  if (at == std::string::npos || end == std::string::npos)
    Fail("no session: " + open);
  const size_t begin = at + kSid.size();
  session.target += "&sid=" + open.substr(begin, end - begin);
  session.poll.Post(session.target, "40");
  if (session.poll.Answer() != "ok") Fail("the namespace was not asked for");
  session.poll.Get(session.target);
  if (session.poll.Answer().substr(0, 2) != "40") Fail("not connected");
  session.poll.Get(session.target);
  return session;
}

class World {
 public:
  World(const Target& target, const Load& load)
      : poll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (size_t i = 0; i < load.connections; ++i) {
      sessions_.push_back(Open(target));
      Watch(sessions_.back().poll, i);
    }
    for (size_t i = 0; i < load.window; ++i) {
      posters_.push_back({HttpConnection(target)});
      Watch(posters_.back().connection, load.connections + i);
    }
    for (size_t i = 0; i < load.window; ++i) Post(i);
  }

  // Counts requests that are answered.
  void Turn(uint64_t* count) {
    constexpr int kTimeoutMs = 100;
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(poll_, events.data(),
                                 static_cast<int>(events.size()), kTimeoutMs);
    for (int i = 0; i < ready; ++i) {
      const size_t which = events[static_cast<size_t>(i)].data.u64;
      *count += which < sessions_.size() ? Polled(which)
                                         : Posted(which - sessions_.size());
    }
  }

 private:
  void Watch(const HttpConnection& connection, size_t which) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = which;
    epoll_ctl(poll_, EPOLL_CTL_ADD, connection.fd(), &event);
  }

  void Post(size_t which) {
    while (sessions_[next_].busy) next_ = (next_ + 1) % sessions_.size();
    Session& session = sessions_[next_];
    Poster& poster = posters_[which];
    session.busy = true;
    session.poster = which;
    poster.session = next_;
    poster.missing = 2;
    next_ = (next_ + 1) % sessions_.size();
    poster.connection.Post(session.target, kEvent);
  }

  unsigned Posted(size_t which) {
    if (!posters_[which].connection.Read(false, &body_)) return 0;
    if (body_ != "ok") Fail("an event was refused: " + body_);
    Arrived(which);
    return 1;
  }

  unsigned Polled(size_t which) {
    Session& session = sessions_[which];
    if (!session.poll.Read(false, &body_)) return 0;
    if (body_ != kEvent || !session.busy)
      Fail("a poll brought something else: " + body_);
    session.poll.Get(session.target);
    Arrived(session.poster);
    return 1;
  }

  void Arrived(size_t which) {
    if (--posters_[which].missing > 0) return;
    sessions_[posters_[which].session].busy = false;
    Post(which);
  }

  int poll_;
  std::vector<Session> sessions_;
  std::vector<Poster> posters_;
  size_t next_ = 0;
  std::string body_;
};

}  // namespace

void Polling(const Target& target, const Load& load, Meter meter) {
  if (load.window >= load.connections) Fail("as many posters as sessions");
  World world(target, load);
  uint64_t count = 0;
  meter.Run(load.seconds, &count, [&] { world.Turn(&count); });
}
