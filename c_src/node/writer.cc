// SPDX-License-Identifier: MPL-2.0
#include "node/writer.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/utf8.h"
#include "node/event_parts.h"
#include "node/term_writer.h"
#include "node/value_writer.h"

namespace rabbit_socks::node {
namespace {

constexpr size_t kLengthWord = 4;
constexpr size_t kListAt = kLengthWord + 1;  // after the version byte
constexpr size_t kPacketEnd = 1;             // the end of the list
constexpr size_t kKept = size_t{64} << 10;
constexpr char kVersionMagic = '\x83';

}  // namespace

void Writer::BeginPacket() {
  packet_ = out_.size();
  out_.append(kLengthWord, '\0');
  out_.push_back(kVersionMagic);
  TermWriter(&out_).ListHead(1);
}

void Writer::EndPacket() {
  TermWriter term(&out_);
  term.PatchHead(packet_ + kListAt, events_);
  term.ListEnd();
  const size_t size = out_.size() - packet_ - kLengthWord;
  for (size_t i = 0; i < kLengthWord; ++i) {
    out_[packet_ + i] = static_cast<char>(size >> (8 * (3 - i)));
  }
  events_ = 0;
  merging_ = 0;
}

bool Writer::Fits() const {
  return out_.size() - packet_ + kPacketEnd <= kMaxPacket + kLengthWord;
}

// Appends what write(term) writes, as the next event, in a packet where it
// fits.
template <class Write>
bool Writer::TryAppend(Write&& write) {
  merging_ = 0;
  if (events_ == 0) BeginPacket();
  const size_t begin = out_.size();
  TermWriter term(&out_);
  write(&term);
  if (!Fits() && events_ != 0) {
    const std::string event = out_.substr(begin);
    out_.resize(begin);
    EndPacket();
    BeginPacket();
    out_.append(event);
  }
  if (!Fits()) {
    out_.resize(packet_);
    return false;
  }
  ++events_;
  return true;
}

template <class Write>
void Writer::Append(Write&& write) {
  RS_CHECK(TryAppend(write), "an event larger than a packet to the node");
}

void Writer::Hello(base::Bytes release, int os_pid) {
  Append([&](TermWriter* term) { WriteHello(term, release, os_pid); });
}

void Writer::Heartbeat(uint64_t n) { OfNumber("heartbeat", n); }

void Writer::Statistics(const base::Statistics& statistics) {
  Append([&](TermWriter* term) {
    term->Tuple(2);
    term->Atom("statistics");
    WriteStatistics(term, statistics);
  });
}

void Writer::Listening(base::ListenerId listener) {
  OfNumber("listening", listener);
}

void Writer::Log(uint16_t level, base::Bytes text) {
  static constexpr base::Bytes kLevels[] = {"debug", "info", "warning",
                                            "error"};
  Append([&](TermWriter* term) {
    term->Tuple(3);
    term->Atom("log");
    term->Atom(kLevels[std::min<size_t>(level, std::size(kLevels) - 1)]);
    term->Binary(base::Utf8Cut(text, kMaxLog));
  });
}

bool Writer::Open(base::SessionId session, base::ListenerId listener,
                  uint32_t route, const base::OpenInfo& info) {
  return TryAppend([&](TermWriter* term) {
    term->Tuple(5);
    term->Atom("open");
    term->Integer(session.value);
    term->Integer(listener);
    term->Integer(route);
    WriteInfo(term, info);
  });
}

// The fast way: the session's event is the last of the packet and takes more.
template <class Write>
bool Writer::Merge(base::SessionId session, Write&& write) {
  if (merging_ == 0 || merging_ != session.value) return false;
  out_.pop_back();  // the end of the list
  const size_t begin = out_.size();
  TermWriter term(&out_);
  write(&term);
  term.ListEnd();
  if (Fits()) {
    term.PatchHead(messages_at_, ++messages_);
    return true;
  }
  out_.resize(begin);
  term.ListEnd();
  return false;
}

template <class Write>
bool Writer::AppendMessage(base::SessionId session, base::Bytes owner,
                           Write&& write) {
  if (Merge(session, write)) return true;
  size_t from_end = 0;  // as the event may move to another packet
  const bool appended = TryAppend([&](TermWriter* term) {
    WriteSessionEvent(term, owner, "messages", 1);
    const size_t list = out_.size();
    term->ListHead(1);
    write(term);
    term->ListEnd();
    from_end = out_.size() - list;
  });
  if (!appended) return false;
  merging_ = session.value;
  messages_at_ = out_.size() - from_end;
  messages_ = 1;
  return true;
}

void Writer::Message(base::SessionId session, base::Bytes owner,
                     base::Payload payload, base::Bytes data) {
  const bool appended = AppendMessage(session, owner, [&](TermWriter* term) {
    WriteFrame(term, payload, data);
  });
  RS_CHECK(appended, "a message larger than a packet to the node");
}

bool Writer::Event(base::SessionId session, base::Bytes owner, base::Bytes name,
                   const base::Value& args, std::optional<uint64_t> ack,
                   uint64_t size) {
  return AppendMessage(session, owner, [&](TermWriter* term) {
    term->Tuple(5);
    term->Atom("event");
    term->Binary(name);
    AppendValue(args, 0, {}, &out_);
    if (ack) {
      term->Integer(*ack);
    } else {
      term->Atom("none");
    }
    term->Integer(size);
  });
}

bool Writer::Ack(base::SessionId session, base::Bytes owner, uint64_t ack,
                 const base::Value& args, uint64_t size) {
  return AppendMessage(session, owner, [&](TermWriter* term) {
    term->Tuple(4);
    term->Atom("ack");
    term->Integer(ack);
    AppendValue(args, 0, {}, &out_);
    term->Integer(size);
  });
}

void Writer::Closed(base::Bytes owner, uint16_t code, base::Bytes reason) {
  Append([&](TermWriter* term) {
    WriteSessionEvent(term, owner, "closed", 2);
    term->Integer(code);
    term->Binary(base::Utf8Cut(reason, kMaxReason));
  });
}

void Writer::Response(uint64_t ref, const base::RelayedHead& head,
                      base::Bytes body) {
  if (body.size() > kPiece) {
    ResponseStart(ref, head);
    Bytes(ref, body);
    return Finish(ref);
  }
  Append([&](TermWriter* term) { WriteResponse(term, ref, head, body); });
}

void Writer::ResponseStart(uint64_t ref, const base::RelayedHead& head) {
  Append([&](TermWriter* term) {
    term->Tuple(4);
    term->Atom("response_start");
    term->Integer(ref);
    term->Integer(head.status);
    WriteHeaders(term, head);
  });
}

void Writer::Switch(uint64_t ref, const base::RelayedHead& head) {
  Append([&](TermWriter* term) {
    term->Tuple(3);
    term->Atom("switch");
    term->Integer(ref);
    WriteHeaders(term, head);
  });
}

void Writer::Bytes(uint64_t ref, base::Bytes bytes) {
  while (!bytes.empty()) {
    const base::Bytes piece = bytes.substr(0, kPiece);
    bytes.remove_prefix(piece.size());
    Append([&](TermWriter* term) {
      term->Tuple(3);
      term->Atom("bytes");
      term->Integer(ref);
      term->Binary(piece);
    });
  }
}

void Writer::Finish(uint64_t ref) { OfNumber("finish", ref); }

void Writer::Pause(uint64_t ref) { OfNumber("pause", ref); }

void Writer::Resume(uint64_t ref) { OfNumber("resume", ref); }

void Writer::Forward(uint64_t ref, base::Bytes name,
                     const base::RelayedRequest& request) {
  Append([&](TermWriter* term) { WriteForward(term, ref, name, request); });
}

void Writer::Gone(uint64_t ref) { OfNumber("gone", ref); }

void Writer::OfOwner(base::Bytes owner, const char* name) {
  Append([&](TermWriter* term) { WriteSessionEvent(term, owner, name, 0); });
}

void Writer::OfOwner(base::Bytes owner, const char* name, uint64_t number) {
  Append([&](TermWriter* term) {
    WriteSessionEvent(term, owner, name, 1);
    term->Integer(number);
  });
}

void Writer::Broadcasts(base::Bytes owner, uint64_t messages, uint64_t bytes) {
  Append([&](TermWriter* term) {
    term->Tuple(4);
    term->Atom("broadcasts");
    term->Raw(owner);
    term->Integer(messages);
    term->Integer(bytes);
  });
}

void Writer::OfNumber(const char* name, uint64_t number) {
  Append([&](TermWriter* term) {
    term->Tuple(2);
    term->Atom(name);
    term->Integer(number);
  });
}

std::string Writer::Take() {
  if (events_ != 0) EndPacket();
  packet_ = 0;
  std::string taken;
  taken.swap(out_);
  // The next turn is likely to be much like this one.
  out_.reserve(std::min(taken.size(), kKept));
  return taken;
}

}  // namespace rabbit_socks::node
