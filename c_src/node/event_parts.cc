// SPDX-License-Identifier: MPL-2.0
#include "node/event_parts.h"

#include <string>

#include "base/value.h"
#include "node/messages.h"
#include "node/value_writer.h"

namespace rabbit_socks::node {
namespace {

void WriteField(TermWriter* term, base::Bytes name, base::Bytes value) {
  term->Tuple(2);
  term->Binary(name);
  term->Binary(value);
}

void WriteEndpoint(TermWriter* term, base::Bytes address, uint16_t port) {
  term->Tuple(2);
  term->Binary(address);
  term->Integer(port);
}

void WriteFields(TermWriter* term, const base::Headers& headers) {
  term->ListHead(static_cast<uint32_t>(headers.fields().size()));
  for (const base::Header& header : headers.fields()) {
    WriteField(term, header.name, header.value);
  }
  term->ListEnd();
}

// The binary, or none in place of an empty one.
void WriteOptional(TermWriter* term, base::Bytes text) {
  if (text.empty()) {
    term->Atom("none");
  } else {
    term->Binary(text);
  }
}

// [] or [Value]
std::string EncodeAuth(const base::Value& auth) {
  base::Value list;
  list.Array(auth.empty() ? 0 : 1);
  if (!auth.empty()) list.Append(auth, 0);
  std::string encoded;
  AppendValue(list, 0, {}, &encoded);
  return encoded;
}

void WriteRequest(TermWriter* term, const base::RelayedRequest& request) {
  const bool certified = !request.certificate.empty();
  term->Map(certified ? 9 : 8);
  term->Atom("body");
  term->Binary(request.body);
  if (certified) {
    term->Atom("certificate");
    term->Binary(request.certificate);
  }
  term->Atom("headers");
  WriteFields(term, request.headers);
  term->Atom("local");
  WriteEndpoint(term, request.local_address, request.local_port);
  term->Atom("method");
  term->Binary(request.method);
  term->Atom("path");
  term->Binary(request.path);
  term->Atom("peer");
  WriteEndpoint(term, request.peer_address, request.peer_port);
  term->Atom("secure");
  term->Boolean(request.secure);
  term->Atom("target");
  term->Binary(request.target);
}

void WriteCounts(TermWriter* term, const base::Statistics::Counts& counts) {
  term->ListHead(static_cast<uint32_t>(counts.size()));
  for (const auto& [number, count] : counts) {
    term->Tuple(2);
    term->Integer(number);
    term->Integer(count);
  }
  term->ListEnd();
}

}  // namespace

void WriteHello(TermWriter* term, base::Bytes release, int os_pid) {
  term->Tuple(3);
  term->Atom("hello");
  term->Integer(kVersion);
  term->Map(2);
  term->Atom("pid");
  term->Integer(static_cast<uint64_t>(os_pid));
  term->Atom("release");
  term->Binary(release);
}

// The hot path: what never changes is encoded already.
void WriteFrame(TermWriter* term, base::Payload payload, base::Bytes data) {
  term->Raw(payload == base::Payload::kText ? "h\x02w\x04utf8"
                                            : "h\x02w\x06"
                                              "binary");
  term->Binary(data);
}

void WriteSessionEvent(TermWriter* term, base::Bytes owner, base::Bytes name,
                       uint32_t more) {
  term->Tuple(2);
  term->Raw(owner);
  term->Tuple(2 + more);
  term->Atom("$socks");
  term->Atom(name);
}

void WriteHeaders(TermWriter* term, const base::RelayedHead& head) {
  term->ListHead(static_cast<uint32_t>(head.headers.size()));
  for (const auto& [name, value] : head.headers) WriteField(term, name, value);
  term->ListEnd();
}

void WriteStatistics(TermWriter* term, const base::Statistics& statistics) {
  term->Map(8);
  term->Atom("accepted");
  term->Integer(statistics.accepted);
  term->Atom("answers");
  WriteCounts(term, statistics.answers);
  term->Atom("clients");
  term->Integer(statistics.clients);
  term->Atom("connections");
  term->Integer(statistics.connections);
  term->Atom("cpu");
  term->Integer(statistics.cpu);
  term->Atom("ended");
  WriteCounts(term, statistics.ended);
  term->Atom("memory");
  term->Integer(statistics.memory);
  term->Atom("refused");
  term->Integer(statistics.refused);
}

void WriteInfo(TermWriter* term, const base::OpenInfo& info) {
  // The order of Erlang's own maps, by key, so that both sides' bytes agree.
  term->Map(13);
  term->Atom("auth");
  term->Raw(EncodeAuth(info.auth));
  term->Atom("certificate");
  if (info.certificate.empty()) {
    term->Atom("none");
  } else {
    term->Binary(info.certificate);
  }
  term->Atom("generation");
  term->Atom(info.generation);
  term->Atom("headers");
  WriteFields(term, info.headers);
  term->Atom("local");
  WriteEndpoint(term, info.local_address, info.local_port);
  term->Atom("namespace");
  WriteOptional(term, info.nsp);
  term->Atom("path");
  term->ListHead(static_cast<uint32_t>(info.path.size()));
  for (const std::string& part : info.path) term->Binary(part);
  term->ListEnd();
  term->Atom("peer");
  WriteEndpoint(term, info.peer_address, info.peer_port);
  term->Atom("protocol");
  term->Atom(info.protocol);
  term->Atom("query");
  term->Binary(info.query);
  term->Atom("secure");
  term->Boolean(info.secure);
  term->Atom("subprotocol");
  WriteOptional(term, info.subprotocol);
  term->Atom("transport");
  term->Atom(info.transport);
}

void WriteResponse(TermWriter* term, uint64_t ref,
                   const base::RelayedHead& head, base::Bytes body) {
  term->Tuple(5);
  term->Atom("response");
  term->Integer(ref);
  term->Integer(head.status);
  WriteHeaders(term, head);
  term->Binary(body);
}

void WriteForward(TermWriter* term, uint64_t ref, base::Bytes name,
                  const base::RelayedRequest& request) {
  term->Tuple(4);
  term->Atom("forward");
  term->Integer(ref);
  term->Binary(name);
  WriteRequest(term, request);
}

}  // namespace rabbit_socks::node
