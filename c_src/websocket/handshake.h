// SPDX-License-Identifier: MPL-2.0
// The opening handshake of every draft: recognise it, choose the subprotocol,
// compute the answer.
//
// Hixie-75, hixie-76 (= hybi-00), hybi-07 (version 7), hybi-08 to 12 (version
// 8), RFC 6455 (version 13). Fault::code is an HTTP status; a fault with 426 is
// answered with Sec-WebSocket-Version: 13, 8, 7 and Connection: close.
#ifndef RABBIT_SOCKS_WEBSOCKET_HANDSHAKE_H_
#define RABBIT_SOCKS_WEBSOCKET_HANDSHAKE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/headers.h"
#include "base/result.h"

namespace rabbit_socks::websocket {

enum class Draft : unsigned char {
  kHixie75,
  kHixie76,
  kHybi7,
  kHybi8,
  kRfc6455
};

const char* Name(
    Draft draft);  // "hixie-75", "hixie-76", "hybi-7", "hybi-8", "rfc6455"
inline bool IsHixie(Draft draft) {
  return draft == Draft::kHixie75 || draft == Draft::kHixie76;
}

// What the caller knows of a request with Upgrade: websocket. Views live
// through the call only.
struct UpgradeRequest {
  bool is_get = true;
  int minor = 1;
  base::Bytes target;  // as on the request line
  const base::Headers* headers = nullptr;
  base::Bytes body;  // hixie-76 with Content-Length: 8 carries key3 here; any
                     // other body is a fault
  bool secure = false;
};

// A handshake that can be accepted.
struct Offer {
  Draft draft = Draft::kRfc6455;
  std::vector<std::string> subprotocols;  // as offered, in order
  // What the answer needs:
  std::string key;                    // Sec-WebSocket-Key
  uint32_t number1 = 0, number2 = 0;  // hixie-76
  std::string key3;  // hixie-76: the bytes of the body seen so far, 0 to 8
  std::string origin, location;  // hixie
  std::string extensions;  // RFC 6455: what was negotiated, set by the caller
};

base::Result<Offer> ReadOffer(const UpgradeRequest& request);

// Chooses from the server's names, in the client's order: exact match first,
// then without case (the client's spelling is answered). `served` empty: none
// is chosen. 400 when the client offered names and none is served; none when
// the client offered nothing.
base::Result<std::string> ChooseSubprotocol(
    const Offer& offer, const std::vector<std::string>& served);

using Fields = std::vector<std::pair<std::string, std::string>>;

// The fields of the 101 in the order the draft wants; `extra` (already checked)
// at the end.
Fields AnswerFields(const Offer& offer, base::Bytes subprotocol,
                    const Fields& extra);
// Appends the whole 101 head, with the exact first three lines that hixie
// clients compare. For hixie-76 the caller sends the 16 bytes of Proof after
// it, in the same write when key3 is whole already.
void AppendAnswer(const Offer& offer, base::Bytes subprotocol,
                  const Fields& extra, std::string* out);
// MD5 of the numbers and key3. REQUIRES: offer.draft is hixie-76 and key3 has 8
// bytes
std::string Proof(const Offer& offer);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_WEBSOCKET_HANDSHAKE_H_
