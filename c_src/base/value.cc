// SPDX-License-Identifier: MPL-2.0
#include "base/value.h"

#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace rabbit_socks::base {

Value::Token& Value::Add(Kind kind, uint32_t size) {
  Token& token = tokens_.emplace_back();
  token.kind = kind;
  token.size = size;
  return token;
}

void Value::AddNumber(Kind kind, int64_t number) {
  Add(kind, 0).number = number;
}

void Value::AddBytes(Kind kind, Bytes bytes) {
  Add(kind, static_cast<uint32_t>(bytes.size())).at = store_.size();
  store_.append(bytes);
}

void Value::Double(double value) {
  if (!std::isfinite(value)) return Null();
  Add(Kind::kDouble, 0).real = value;
}

size_t Value::Begin(Kind kind) {
  Add(kind, 0);
  return tokens_.size() - 1;
}

void Value::Append(const Value& from, size_t index) {
  const size_t end = from.After(index);
  for (; index < end; ++index) {
    const Token& token = from.tokens_[index];
    if (token.kind == Kind::kText || token.kind == Kind::kBinary) {
      AddBytes(token.kind, from.BytesOf(token));
    } else {
      tokens_.push_back(token);
    }
  }
}

void Value::Truncate(size_t index) {
  for (size_t i = index; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.kind != Kind::kText && token.kind != Kind::kBinary) continue;
    store_.resize(token.at);  // the first of them has the lowest place
    break;
  }
  tokens_.resize(index);
}

void Value::PopFront() {
  RS_CHECK(IsArray(1), "nothing to take away");
  tokens_[0].size -= 1;
  tokens_.erase(tokens_.begin() + 1);
}

void Value::Narrow(size_t index) {
  tokens_.resize(After(index));
  tokens_.erase(tokens_.begin(),
                tokens_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Value::AppendText(Bytes text) {
  RS_CHECK(IsArray(), "no array to add to");
  tokens_[0].size += 1;
  Text(text);
}

void Value::Attach(std::span<const std::string> attachments) {
  for (Token& token : tokens_) {
    if (token.kind != Kind::kAttachment) continue;
    const std::string& bytes = attachments[static_cast<size_t>(token.number)];
    token.kind = Kind::kBinary;
    token.size = static_cast<uint32_t>(bytes.size());
    token.at = store_.size();
    store_.append(bytes);
  }
}

void Value::Clear() {
  tokens_.clear();
  store_.clear();
}

size_t Value::After(size_t index) const {
  for (uint64_t left = 1; left > 0; --left, ++index) {
    const Token& token = tokens_[index];
    if (token.kind == Kind::kArray) left += token.size;
    if (token.kind == Kind::kObject) left += uint64_t{2} * token.size;
  }
  return index;
}

const Value::Token* Value::Find(size_t index, Bytes key) const {
  if (index >= tokens_.size() || tokens_[index].kind != Kind::kObject)
    return nullptr;
  const Token* found = nullptr;
  size_t at = index + 1;
  for (uint32_t pair = 0; pair < tokens_[index].size; ++pair) {
    if (BytesOf(tokens_[at]) == key) found = &tokens_[at + 1];
    at = After(at + 1);
  }
  return found;
}

}  // namespace rabbit_socks::base
