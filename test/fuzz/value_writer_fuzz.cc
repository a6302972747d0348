// SPDX-License-Identifier: MPL-2.0
// FZ13 for values: a byte for how many attachments there are, then JSON text.
// The term says, to a reader of its own, what the value says with the last of
// equal keys; it reads back, and is no longer than promised.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framing/json_value.h"
#include "node/value_reader.h"
#include "node/value_writer.h"
#include "term_walker.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;
using base::Value;
using Kind = Value::Kind;

void Require(bool holds) {
  if (!holds) std::abort();
}

// A value as the walker shows terms. It recurses, as deep as JSON may.
class Model {
 public:
  Model(const Value& value, const std::vector<Bytes>& attachments)
      : value_(value), attachments_(attachments) {}

  std::string Show() {
    const Value::Token& token = value_.tokens()[at_++];
    switch (token.kind) {
      case Kind::kNull:
        return "'null'";
      case Kind::kBoolean:
        return token.number != 0 ? "'true'" : "'false'";
      case Kind::kInteger:
        return std::to_string(token.number);
      case Kind::kDouble:
        return fuzz::TermWalker::ShowDouble(
            std::bit_cast<uint64_t>(token.real));
      case Kind::kText:
        return "<" + std::string(value_.BytesOf(token)) + ">";
      case Kind::kBinary:
        return Binary(value_.BytesOf(token));
      case Kind::kAttachment:
        return Binary(attachments_[static_cast<size_t>(token.number)]);
      case Kind::kArray:
        return Array(token.size);
      case Kind::kObject:
        return Object(token.size);
    }
    std::abort();
  }

 private:
  static std::string Binary(Bytes bytes) {
    return "{'binary',<" + std::string(bytes) + ">}";
  }

  std::string Array(uint32_t size) {
    std::string text;
    for (uint32_t i = 0; i < size; ++i) text += (i > 0 ? "," : "") + Show();
    return "[" + text + "]";
  }

  std::string Object(uint32_t size) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (uint32_t i = 0; i < size; ++i) {
      std::string key = Show();
      std::string value = Show();
      pairs.emplace_back(std::move(key), std::move(value));
    }
    std::set<std::string> seen;
    std::string text;
    for (size_t i = pairs.size(); i > 0; --i) {
      const auto& [key, value] = pairs[i - 1];
      if (!seen.insert(key).second) continue;
      text = key + "," + value + (text.empty() ? "" : "," + text);
    }
    return "#{" + text + "}";
  }

  const Value& value_;
  const std::vector<Bytes>& attachments_;
  size_t at_ = 0;
};

std::string Written(const Value& value, size_t index,
                    const std::vector<Bytes>& attachments) {
  std::string term;
  node::AppendValue(value, index, attachments, &term);
  return term;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes bytes[] = {"", "one", {"\x83\0\xff", 3}};
  const std::vector<Bytes> attachments(bytes, bytes + (data[0] & 3));
  const auto copy = std::make_unique<char[]>(size - 1);
  const Bytes input(reinterpret_cast<const char*>(data) + 1, size - 1);
  input.copy(copy.get(), input.size());
  const Bytes text(copy.get(), input.size());
  Value value;
  if (framing::ParseJson(text, {}, static_cast<uint32_t>(attachments.size()),
                         &value))
    return 0;

  const std::string term = Written(value, 0, attachments);
  Require(term.size() <= 3 * text.size() + 6);
  fuzz::TermWalker walker(term);
  Require(walker.Term() == Model(value, attachments).Show());
  Require(walker.at_end());

  node::TermReader reader(term);
  Value back;
  Require(!node::ReadValue(&reader, &back) && reader.AtEnd());
  Require(Written(back, 0, {}) == term);
  return 0;
}
