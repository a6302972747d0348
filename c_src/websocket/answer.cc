// SPDX-License-Identifier: MPL-2.0
// The server's half of the opening handshake.
#include <string>

#include "base/base64.h"
#include "base/digest.h"
#include "websocket/handshake.h"

namespace rabbit_socks::websocket {

using base::Bytes;

namespace {

// RFC 6455 4.2.2, step 5.4
std::string AcceptOf(Bytes key) {
  return base::Base64Encode(
      base::Sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace

Fields AnswerFields(const Offer& offer, Bytes subprotocol,
                    const Fields& extra) {
  // Clients of the hixie drafts compare with this case.
  Fields fields{
      {"Upgrade", IsHixie(offer.draft) ? "WebSocket" : "websocket"},
      {"Connection", "Upgrade"},
  };
  const bool hixie75 = offer.draft == Draft::kHixie75;
  if (IsHixie(offer.draft)) {
    fields.emplace_back(hixie75 ? "WebSocket-Origin" : "Sec-WebSocket-Origin",
                        offer.origin);
    fields.emplace_back(
        hixie75 ? "WebSocket-Location" : "Sec-WebSocket-Location",
        offer.location);
  } else {
    fields.emplace_back("Sec-WebSocket-Accept", AcceptOf(offer.key));
  }
  if (!subprotocol.empty())
    fields.emplace_back(
        hixie75 ? "WebSocket-Protocol" : "Sec-WebSocket-Protocol", subprotocol);
  if (!offer.extensions.empty())
    fields.emplace_back("Sec-WebSocket-Extensions", offer.extensions);
  fields.insert(fields.end(), extra.begin(), extra.end());
  return fields;
}

void AppendAnswer(const Offer& offer, Bytes subprotocol, const Fields& extra,
                  std::string* out) {
  switch (offer.draft) {
    case Draft::kHixie75:
      out->append("HTTP/1.1 101 Web Socket Protocol Handshake\r\n");
      break;
    case Draft::kHixie76:
      out->append("HTTP/1.1 101 WebSocket Protocol Handshake\r\n");
      break;
    case Draft::kHybi7:
    case Draft::kHybi8:
    case Draft::kRfc6455:
      out->append("HTTP/1.1 101 Switching Protocols\r\n");
      break;
  }
  for (const auto& [name, value] : AnswerFields(offer, subprotocol, extra))
    out->append(name).append(": ").append(value).append("\r\n");
  out->append("\r\n");
}

std::string Proof(const Offer& offer) {
  std::string input;
  for (const uint32_t number : {offer.number1, offer.number2}) {
    for (int shift = 24; shift >= 0; shift -= 8)
      input.push_back(static_cast<char>((number >> shift) & 0xFF));
  }
  input.append(offer.key3);
  return base::Md5(input);
}

}  // namespace rabbit_socks::websocket
