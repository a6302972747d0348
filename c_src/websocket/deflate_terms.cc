// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflate_terms.h"

#include <algorithm>

#include "websocket/extension.h"

namespace rabbit_socks::websocket {

using base::Bytes;

namespace {

constexpr uint8_t kMaxBits = 15;

struct Offered {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  bool client_bits_offered = false;
  std::optional<uint8_t> server_bits;
  std::optional<uint8_t> client_bits;  // none: the parameter had no value
};

// 7.1.2.1: a decimal integer without leading zeroes between 8 to 15 inclusive.
std::optional<uint8_t> ReadBits(Bytes text) {
  if (text == "8") return uint8_t{8};
  if (text == "9") return uint8_t{9};
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5')
    return std::nullopt;
  return static_cast<uint8_t>(10 + text[1] - '0');
}

// Sets *seen. False: it was there already, or has a value.
bool TakeFlag(const Extension::Parameter& parameter, bool* seen) {
  if (*seen || parameter.value) return false;
  *seen = true;
  return true;
}

bool TakeParameter(const Extension::Parameter& parameter, Offered* offered) {
  if (parameter.name == "server_no_context_takeover")
    return TakeFlag(parameter, &offered->server_no_takeover);
  if (parameter.name == "client_no_context_takeover")
    return TakeFlag(parameter, &offered->client_no_takeover);
  if (parameter.name == "server_max_window_bits") {
    if (offered->server_bits || !parameter.value) return false;
    offered->server_bits = ReadBits(*parameter.value);
    // zlib has no raw deflate of 256 bytes: it would use 512 and break the
    // promise (attack row D08).
    return offered->server_bits && *offered->server_bits > 8;
  }
  if (parameter.name == "client_max_window_bits") {
    if (offered->client_bits_offered) return false;
    offered->client_bits_offered = true;
    if (!parameter.value) return true;
    offered->client_bits = ReadBits(*parameter.value);
    return offered->client_bits.has_value();
  }
  // 7.1: a server MUST decline an offer with a parameter that is not defined
  // for use in an offer.
  return false;
}

std::optional<Offered> ReadOffered(const Extension& element) {
  if (element.malformed || element.name != "permessage-deflate")
    return std::nullopt;
  Offered offered;
  for (const Extension::Parameter& parameter : element.parameters) {
    if (!TakeParameter(parameter, &offered)) return std::nullopt;
  }
  return offered;
}

DeflateAnswer Accept(const Offered& offered, const CompressionPolicy& policy) {
  const bool shared = policy.compression == Compression::kShared;
  const auto bits = static_cast<uint8_t>(policy.compression_window_bits);
  DeflateAnswer answer;
  DeflateTerms& terms = answer.terms;
  answer.field = "permessage-deflate";
  terms.min_size = policy.compression_min_size;
  // 7.1.1: the client's wish is a must for us; what we add unasked binds the
  // client.
  terms.server_takeover = !shared && !offered.server_no_takeover;
  if (!terms.server_takeover)
    answer.field.append("; server_no_context_takeover");
  terms.client_takeover = !shared && !offered.client_no_takeover;
  if (!terms.client_takeover)
    answer.field.append("; client_no_context_takeover");
  // 7.1.2.1: our own window may be smaller unasked; what was asked for is
  // repeated.
  terms.server_bits = std::min(offered.server_bits.value_or(kMaxBits), bits);
  if (offered.server_bits || terms.server_bits < kMaxBits)
    answer.field.append("; server_max_window_bits=")
        .append(std::to_string(terms.server_bits));
  // 7.1.2.2: the client's only if it said that it can.
  if (offered.client_bits_offered)
    terms.client_bits = std::min(offered.client_bits.value_or(kMaxBits), bits);
  if (offered.client_bits || terms.client_bits < kMaxBits)
    answer.field.append("; client_max_window_bits=")
        .append(std::to_string(terms.client_bits));
  return answer;
}

}  // namespace

std::optional<DeflateAnswer> NegotiateDeflate(const base::Headers& request,
                                              const CompressionPolicy& policy) {
  if (policy.compression == Compression::kOff) return std::nullopt;
  for (const base::Header& field : request.fields()) {
    if (field.name != "sec-websocket-extensions") continue;
    ExtensionReader reader(field.value);
    for (Extension element; reader.Next(&element);) {
      if (const std::optional<Offered> offered = ReadOffered(element))
        return Accept(*offered, policy);
    }
  }
  return std::nullopt;
}

}  // namespace rabbit_socks::websocket
