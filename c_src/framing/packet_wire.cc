// SPDX-License-Identifier: MPL-2.0
#include "framing/packet_wire.h"

#include <array>
#include <charconv>

#include "framing/json_value.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;

constexpr size_t kMaxDigits = 17;
constexpr size_t kMaxNamespace = 256;

}  // namespace

void ResetPacket(SocketPacket* packet) {
  packet->type = SocketPacket::Type::kEvent;
  packet->nsp = "/";
  packet->query.clear();
  packet->id.reset();
  packet->ack_at_once = false;
  packet->name.clear();
  packet->attachments = 0;
  packet->data.Clear();
}

Fault TakeNumber(Bytes* text, std::optional<uint64_t>* number) {
  number->reset();
  size_t digits = 0;
  uint64_t value = 0;
  for (; digits < text->size(); ++digits) {
    const char c = (*text)[digits];
    if (c < '0' || c > '9') break;
    if (digits == kMaxDigits) {
      return {kPacketTooBig, "a number of many digits"};
    }
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (digits > 0) *number = value;
  text->remove_prefix(digits);
  return {};
}

void AppendNumber(uint64_t number, std::string* text) {
  std::array<char, 20> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text->append(digits.data(), end.ptr);
}

Fault SetNamespace(Bytes nsp, SocketPacket* packet) {
  if (nsp.empty() || nsp[0] != '/') {
    return {kPacketProtocolError, "a namespace without a slash"};
  }
  if (nsp.size() > kMaxNamespace) {
    return {kPacketTooBig, "a namespace with a long name"};
  }
  packet->nsp = nsp;
  return {};
}

void CutQuery(Bytes* nsp, SocketPacket* packet) {
  const size_t mark = nsp->find('?');
  if (mark == Bytes::npos) return;
  if (packet->type == SocketPacket::Type::kConnect) {
    packet->query = nsp->substr(mark + 1);
  }
  *nsp = nsp->substr(0, mark);
}

bool ReadEventName(const Value& value, size_t index, std::string* name) {
  const Value::Token& token = value.tokens()[index];
  if (token.kind == Value::Kind::kText) {
    *name = value.BytesOf(token);
    return true;
  }
  if (token.kind != Value::Kind::kInteger &&
      token.kind != Value::Kind::kDouble) {
    return false;
  }
  name->clear();
  AppendJson(value, index, JsonForm::kUtf8, name, nullptr);
  return true;
}

}  // namespace rabbit_socks::framing
