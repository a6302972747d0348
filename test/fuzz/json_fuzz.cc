// SPDX-License-Identifier: MPL-2.0
// FZ10 for JSON: a byte of options, then text. The check agrees with the plain
// grammar; a string literal reads back as its text and is safe in a script.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/utf8.h"
#include "framing/json.h"
#include "reference_json.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using base::Bytes;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckText(Bytes text, const framing::Limits& limits) {
  const int code = framing::CheckJson(text, limits).code;
  Require(code == 0 || code == 1007 || code == 1009);
  if (!base::IsUtf8(text)) {
    // A limit may be met before the bad byte.
    Require(code != 0);
    return;
  }
  fuzz::ReferenceJson reference(text, limits.max_json_depth,
                                limits.max_json_keys);
  const int expected = reference.Check();
  if (reference.large() && code == 1007) return;
  Require(code == expected);
}

// What a JSON string literal means, for the escapes that the edge writes.
std::string Meaning(Bytes literal) {
  std::string text;
  for (size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '\\') {
      text += literal[i];
      continue;
    }
    const char c = literal[++i];
    if (c == 'u') {
      const std::string digits(literal.substr(i + 1, 4));
      const unsigned long point = std::strtoul(digits.c_str(), nullptr, 16);
      if (point < 0x80) {
        text += static_cast<char>(point);
      } else {
        Require(point == 0x2028 || point == 0x2029);
        text += point == 0x2028 ? "\xe2\x80\xa8" : "\xe2\x80\xa9";
      }
      i += 4;
    } else {
      text += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
    }
  }
  return text;
}

void CheckLiteral(Bytes text) {
  std::string literal;
  framing::AppendJsonString(text, &literal);
  Require(literal.size() >= 2 && literal[0] == '"' && literal.back() == '"');
  Require(!framing::CheckJson(literal, {}));
  for (const char* unsafe : {"</", "<!", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    Require(literal.find(unsafe) == std::string::npos);
  }
  for (const char c : literal) Require(static_cast<unsigned char>(c) >= 0x20);
  Require(Meaning(Bytes(literal).substr(1, literal.size() - 2)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  framing::Limits limits;
  if ((data[0] & 1) != 0) limits = {256, 3, 2};
  const auto copy = std::make_unique<char[]>(size - 1);
  const Bytes input(reinterpret_cast<const char*>(data) + 1, size - 1);
  input.copy(copy.get(), input.size());
  const Bytes text(copy.get(), input.size());
  CheckText(text, limits);
  if (base::IsUtf8(text)) CheckLiteral(text);
  return 0;
}
