// SPDX-License-Identifier: MPL-2.0
#include "session/plain_frame.h"

#include "framing/json_value.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Message;
using base::Payload;
using base::Value;
using framing::JsonForm;

// Event "message" with one argument is what a client's send() is.
PlainFrame OfArgument(const Value& args, std::string* scratch) {
  constexpr size_t kFirst = 1;
  const Value::Token& first = args.tokens()[kFirst];
  if (first.kind == Value::Kind::kText)
    return {Payload::kText, false, args.BytesOf(first)};
  if (first.kind == Value::Kind::kBinary)
    return {Payload::kBinary, false, args.BytesOf(first)};
  framing::AppendJson(args, kFirst, JsonForm::kUtf8, scratch, nullptr);
  return {Payload::kText, true, *scratch};
}

PlainFrame OfEvent(const Message& event, std::string* scratch) {
  const Value& args = *event.args;
  if (event.data == "message" && args.tokens()[0].size == 1)
    return OfArgument(args, scratch);
  scratch->append("{\"name\":");
  framing::AppendJsonString(event.data, scratch);
  scratch->append(",\"args\":");
  framing::AppendJson(args, 0, JsonForm::kUtf8, scratch, nullptr);
  scratch->push_back('}');
  return {Payload::kText, true, *scratch};
}

}  // namespace

std::optional<PlainFrame> ToPlainFrame(const Message& message,
                                       std::string* scratch) {
  scratch->clear();
  switch (message.kind) {
    case Message::Kind::kText:
      return PlainFrame{Payload::kText, false, message.data};
    case Message::Kind::kBinary:
      return PlainFrame{Payload::kBinary, false, message.data};
    case Message::Kind::kEvent:
      return OfEvent(message, scratch);
    case Message::Kind::kAck:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace rabbit_socks::session
