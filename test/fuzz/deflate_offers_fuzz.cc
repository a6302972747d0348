// SPDX-License-Identifier: MPL-2.0
// Sec-WebSocket-Extensions: a byte for the listener's policy, then the values
// of the fields, one a line.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "websocket/deflate_terms.h"
#include "websocket/extension.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckGrammar(std::string_view field) {
  websocket::ExtensionReader reader(field);
  size_t elements = 0;
  for (websocket::Extension element; reader.Next(&element); ++elements) {
    Require(element.malformed || !element.name.empty());
    for (const auto& parameter : element.parameters) {
      Require(!parameter.name.empty());
      if (parameter.value) Require(!parameter.value->empty());
    }
  }
  Require(elements <= field.size());
}

// The answer is one element with what the policy allows, and nothing in it
// that could end its line.
void CheckAnswer(const websocket::DeflateAnswer& answer,
                 const websocket::CompressionPolicy& policy) {
  Require(std::all_of(answer.field.begin(), answer.field.end(),
                      [](char c) { return c >= ' ' && c < 0x7F; }));
  websocket::ExtensionReader reader(answer.field);
  websocket::Extension element;
  Require(reader.Next(&element) && !element.malformed);
  Require(element.name == "permessage-deflate");
  Require(element.parameters.size() <= 4);
  Require(!reader.Next(&element));
  const websocket::DeflateTerms& terms = answer.terms;
  Require(terms.server_bits >= 9 &&
          terms.server_bits <= policy.compression_window_bits);
  Require(terms.client_bits >= 8 && terms.client_bits <= 15);
  if (policy.compression == websocket::Compression::kShared)
    Require(!terms.server_takeover && !terms.client_takeover);
  // Accepted once, it is accepted again and means the same, the client's own
  // limits apart.
  base::Headers again;
  again.Add("sec-websocket-extensions", answer.field);
  const auto second = websocket::NegotiateDeflate(again, policy);
  Require(second.has_value());
  Require(second->field == answer.field);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  websocket::CompressionPolicy policy;
  policy.compression = static_cast<websocket::Compression>(data[0] % 3);
  policy.compression_window_bits = 9 + data[0] / 3 % 7;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  base::Headers headers;
  while (true) {
    const size_t end = rest.find('\n');
    CheckGrammar(rest.substr(0, end));
    headers.Add("sec-websocket-extensions", std::string(rest.substr(0, end)));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  const auto answer = websocket::NegotiateDeflate(headers, policy);
  Require(!answer || policy.compression != websocket::Compression::kOff);
  if (answer) CheckAnswer(*answer, policy);
  return 0;
}
