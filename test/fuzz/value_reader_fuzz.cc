// SPDX-License-Identifier: MPL-2.0
// FZ12 for values: any bytes as terms of the node, one behind the other. Each
// is a value within its promises, which is written and read again the same; or
// it is stepped over whole; or it is broken.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "node/value_reader.h"
#include "node/value_writer.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;
using base::Value;
using Kind = Value::Kind;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool IsContainer(const Value::Token& token) {
  return token.kind == Kind::kArray || token.kind == Kind::kObject;
}

// What is promised of each token and of their nesting. True: a key comes twice
// in an object.
bool Check(const Value& value, size_t begin) {
  struct Open {
    uint64_t left;
    bool object;
    std::set<Bytes> keys;
  };
  std::vector<Open> open;
  bool twice = false;
  for (size_t at = begin; at < value.tokens().size(); ++at) {
    const Value::Token& token = value.tokens()[at];
    const bool key =
        !open.empty() && open.back().object && open.back().left % 2 == 0;
    Require(!key || token.kind == Kind::kText);
    Require(token.kind != Kind::kAttachment);
    if (token.kind == Kind::kText) {
      Require(base::IsUtf8(value.BytesOf(token)));
      if (key && !open.back().keys.insert(value.BytesOf(token)).second)
        twice = true;
    }
    Require(token.kind != Kind::kDouble || std::isfinite(token.real));
    Require(at == begin || !open.empty());
    if (!open.empty()) --open.back().left;
    if (IsContainer(token)) {
      const bool object = token.kind == Kind::kObject;
      open.push_back({(object ? uint64_t{2} : 1) * token.size, object, {}});
      Require(open.size() <= node::kMaxValueDepth);
    }
    while (!open.empty() && open.back().left == 0) open.pop_back();
  }
  Require(open.empty());
  return twice;
}

void RequireEqual(const Value& value, size_t index, const Value& other) {
  Require(value.tokens().size() - index == other.tokens().size());
  for (size_t i = 0; i < other.tokens().size(); ++i) {
    const Value::Token& a = value.tokens()[index + i];
    const Value::Token& b = other.tokens()[i];
    Require(a.kind == b.kind && a.size == b.size);
    if (a.kind == Kind::kText || a.kind == Kind::kBinary) {
      Require(value.BytesOf(a) == other.BytesOf(b));
    } else if (!IsContainer(a)) {
      Require(a.number == b.number);  // a double by its bits
    }
  }
}

std::string Written(const Value& value, size_t index) {
  std::string term;
  node::AppendValue(value, index, {}, &term);
  return term;
}

void CheckRoundTrip(const Value& value, size_t index) {
  const bool twice = Check(value, index);
  const std::string term = Written(value, index);
  node::TermReader reader(term);
  Value back;
  Require(!node::ReadValue(&reader, &back) && reader.AtEnd());
  Require(!Check(back, 0));
  if (!twice) RequireEqual(value, index, back);
  Require(Written(back, 0) == term);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto copy = std::make_unique<char[]>(size);
  const Bytes input(reinterpret_cast<const char*>(data), size);
  input.copy(copy.get(), size);
  const Bytes terms(copy.get(), size);
  Value value;
  node::TermReader reader(terms);
  while (!reader.AtEnd()) {
    node::TermReader ahead = reader;
    const bool whole = ahead.Skip();
    const size_t before = value.tokens().size();
    const base::Fault fault = node::ReadValue(&reader, &value);
    Require(value.tokens().size() <= size);
    if (fault.code == node::kBrokenTerm) break;
    Require(whole);
    const node::TermReader behind = reader;
    Require(behind.AtEnd() == ahead.AtEnd() && behind.Tag() == ahead.Tag());
    if (fault) {
      Require(fault.code == node::kNoValue && !fault.text.empty());
      Require(value.tokens().size() == before);
    } else {
      CheckRoundTrip(value, before);
    }
  }
  return 0;
}
