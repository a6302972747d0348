// SPDX-License-Identifier: MPL-2.0
// Values and messages as text, to be compared, and messages in few words.
#ifndef RABBIT_SOCKS_TEST_SUPPORT_VALUES_H_
#define RABBIT_SOCKS_TEST_SUPPORT_VALUES_H_

#include <cstddef>
#include <string>

#include "base/message.h"
#include "base/value.h"
#include "support/escape.h"

namespace rabbit_socks::test {

// Much as Erlang would print it; *index is moved behind the value.
inline std::string ShowValue(const base::Value& value, size_t* index) {
  using Kind = base::Value::Kind;
  const base::Value::Token& token = value.tokens()[(*index)++];
  switch (token.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return token.number != 0 ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(token.number);
    case Kind::kDouble:
      return std::to_string(token.real);
    case Kind::kText:
      return "<" + Escape(value.BytesOf(token)) + ">";
    case Kind::kBinary:
      return "{binary,<" + Escape(value.BytesOf(token)) + ">}";
    case Kind::kAttachment:
      return "attachment " + std::to_string(token.number);
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  const bool object = token.kind == Kind::kObject;
  std::string text = object ? "#{" : "[";
  for (uint32_t i = 0; i < token.size; ++i) {
    if (i > 0) text += ",";
    if (object) text += ShowValue(value, index) + "=>";
    text += ShowValue(value, index);
  }
  return text + (object ? "}" : "]");
}

// The whole of it; nothing for no value.
inline std::string Show(const base::Value& value) {
  size_t index = 0;
  return value.empty() ? std::string() : ShowValue(value, &index);
}

inline std::string Show(const base::Message& message) {
  using Kind = base::Message::Kind;
  const std::string data = "<" + Escape(message.data) + ">";
  const std::string id = message.id ? std::to_string(*message.id) : "none";
  switch (message.kind) {
    case Kind::kText:
      return "utf8 " + data;
    case Kind::kBinary:
      return "binary " + data;
    case Kind::kEvent:
      return "event " + data + " " + Show(*message.args) + " " + id;
    case Kind::kAck:
      return "ack " + id + " " + Show(*message.args);
  }
  return "?";
}

// A frame. `data` outlives it.
inline base::Message Frame(base::Payload payload, base::Bytes data) {
  base::Message message;
  message.kind = payload == base::Payload::kText ? base::Message::Kind::kText
                                                 : base::Message::Kind::kBinary;
  message.data = data;
  return message;
}

}  // namespace rabbit_socks::test

#endif  // RABBIT_SOCKS_TEST_SUPPORT_VALUES_H_
