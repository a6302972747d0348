// SPDX-License-Identifier: MPL-2.0
#include "base/headers.h"

#include <algorithm>

namespace rabbit_socks::base {

namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool ListHolds(Bytes list, Bytes token) {
  while (true) {
    const size_t comma = list.find(',');
    if (EqualsIgnoringCase(TrimSpace(list.substr(0, comma)), token))
      return true;
    if (comma == Bytes::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

const std::string* Headers::Find(Bytes name) const {
  for (const Header& field : fields_) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

size_t Headers::Count(Bytes name) const {
  return static_cast<size_t>(std::count_if(
      fields_.begin(), fields_.end(),
      [name](const Header& field) { return field.name == name; }));
}

std::string Headers::Join(Bytes name) const {
  std::string joined;
  bool first = true;
  for (const Header& field : fields_) {
    if (field.name != name) continue;
    if (!first) joined += ", ";
    joined += field.value;
    first = false;
  }
  return joined;
}

bool Headers::HasToken(Bytes name, Bytes token) const {
  return std::any_of(
      fields_.begin(), fields_.end(), [name, token](const Header& field) {
        return field.name == name && ListHolds(field.value, token);
      });
}

bool EqualsIgnoringCase(Bytes a, Bytes b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

Bytes TrimSpace(Bytes text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == Bytes::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace rabbit_socks::base
