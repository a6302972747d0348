// SPDX-License-Identifier: MPL-2.0
#include "websocket/extension.h"

#include <algorithm>
#include <utility>

namespace rabbit_socks::websocket {

using base::Bytes;

namespace {

// RFC 9110 5.6.2
constexpr Bytes kToken =
    "!#$%&'*+-.^_`|~0123456789"
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

}  // namespace

bool ExtensionReader::Next(Extension* element) {
  // RFC 9110 5.6.1.2: a recipient ignores empty elements.
  do SkipSpace();
  while (Take(','));
  if (rest_.empty()) return false;
  *element = Extension();
  element->name = ReadToken();
  element->malformed = element->name.empty() || !ReadParameters(element);
  if (element->malformed) SkipElement();
  return true;
}

bool ExtensionReader::ReadParameters(Extension* element) {
  while (true) {
    SkipSpace();
    if (rest_.empty() || rest_.front() == ',') return true;
    if (!Take(';')) return false;
    SkipSpace();
    Extension::Parameter parameter;
    parameter.name = ReadToken();
    if (parameter.name.empty()) return false;
    SkipSpace();
    if (Take('=')) {
      SkipSpace();
      std::string value;
      if (!rest_.empty() && rest_.front() == '"') {
        if (!ReadQuoted(&value)) return false;
      } else {
        value.assign(ReadToken());
      }
      // 9.1: the value after quoted-string unescaping MUST conform to the
      // 'token' ABNF.
      if (value.empty() || value.find_first_not_of(kToken) != Bytes::npos)
        return false;
      parameter.value = std::move(value);
    }
    element->parameters.push_back(std::move(parameter));
  }
}

// Nothing is taken when the closing quote is missing.
bool ExtensionReader::ReadQuoted(std::string* value) {
  for (size_t at = 1; at < rest_.size(); ++at) {
    if (rest_[at] == '"') {
      rest_.remove_prefix(at + 1);
      return true;
    }
    if (rest_[at] == '\\' && ++at == rest_.size()) break;
    value->push_back(rest_[at]);
  }
  return false;
}

Bytes ExtensionReader::ReadToken() {
  const size_t end = rest_.find_first_not_of(kToken);
  const Bytes token = rest_.substr(0, end);
  rest_.remove_prefix(token.size());
  return token;
}

void ExtensionReader::SkipSpace() {
  const size_t end = rest_.find_first_not_of(" \t");
  rest_.remove_prefix(std::min(end, rest_.size()));
}

void ExtensionReader::SkipElement() {
  bool quoted = false;
  size_t at = 0;
  for (; at < rest_.size() && (quoted || rest_[at] != ','); ++at) {
    if (rest_[at] == '"') quoted = !quoted;
    if (quoted && rest_[at] == '\\') ++at;
  }
  rest_.remove_prefix(std::min(at, rest_.size()));
}

bool ExtensionReader::Take(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

}  // namespace rabbit_socks::websocket
