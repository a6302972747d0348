// SPDX-License-Identifier: MPL-2.0
#include "node/event_parts.h"

#include <string>

#include "base/value.h"
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

}  // namespace

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
  term->ListHead(static_cast<uint32_t>(info.headers.fields().size()));
  for (const base::Header& header : info.headers.fields()) {
    WriteField(term, header.name, header.value);
  }
  term->ListEnd();
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

}  // namespace rabbit_socks::node
