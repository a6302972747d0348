// SPDX-License-Identifier: MPL-2.0
#include "websocket/handshake.h"

#include <algorithm>
#include <optional>

#include "websocket/hixie_key.h"
#include "websocket/subprotocol.h"

namespace rabbit_socks::websocket {
namespace {

using base::Bytes;
using base::Fault;
using base::Headers;

constexpr size_t kKey3Size = 8;

bool IsVisible(Bytes text, char first) {
  return std::all_of(text.begin(), text.end(),
                     [first](char c) { return c >= first && c < 0x7F; });
}

// A Host that can be repeated in an answer (attack row X10).
bool IsPlainHost(Bytes host) {
  constexpr Bytes kPlain =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:[]";
  return !host.empty() && host.find_first_not_of(kPlain) == Bytes::npos;
}

// RFC 6455 4.2.1: a base64-encoded value that, when decoded, is 16 bytes in
// length. Trailing bits that are not zero are let through: it is only hashed.
bool IsNonce(Bytes key) {
  constexpr Bytes kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.substr(22) == "==" &&
         key.substr(0, 22).find_first_not_of(kAlphabet) == Bytes::npos;
}

// What the client wants to have repeated: it compares origin and location with
// its own. Both go into the answer as they are, so they must be harmless there
// (attack row P16).
Fault ReadReflected(const UpgradeRequest& request, Offer* offer) {
  const std::string* origin = request.headers->Find("origin");
  const std::string& host = *request.headers->Find("host");
  offer->origin = origin == nullptr ? "null" : *origin;
  if (!IsVisible(offer->origin, ' ')) return Fault{400, "malformed Origin"};
  if (!IsPlainHost(host)) return Fault{400, "malformed Host"};
  if (!IsVisible(request.target, '!')) return Fault{400, "malformed target"};
  offer->location = std::string(request.secure ? "wss://" : "ws://") + host +
                    std::string(request.target);
  return Fault{};
}

base::Result<Offer> ReadHixie75(const UpgradeRequest& request) {
  Offer offer;
  offer.draft = Draft::kHixie75;
  if (!request.body.empty())
    return Fault{400, "a WebSocket handshake has no body"};
  if (!ReadSubprotocols(request.headers->Join("websocket-protocol"), true,
                        &offer.subprotocols))
    return Fault{400, "malformed WebSocket-Protocol"};
  if (const Fault fault = ReadReflected(request, &offer)) return fault;
  return offer;
}

base::Result<Offer> ReadHixie76(const UpgradeRequest& request) {
  const Headers& headers = *request.headers;
  Offer offer;
  offer.draft = Draft::kHixie76;
  const std::optional<uint32_t> number1 =
      HixieKeyNumber(*headers.Find("sec-websocket-key1"));
  const std::optional<uint32_t> number2 =
      HixieKeyNumber(*headers.Find("sec-websocket-key2"));
  if (!number1 || !number2)
    return Fault{400, "malformed Sec-WebSocket-Key1 or Key2"};
  offer.number1 = *number1;
  offer.number2 = *number2;
  if (!request.body.empty() && request.body.size() != kKey3Size)
    return Fault{400, "the body of a hixie-76 handshake is 8 bytes"};
  offer.key3.assign(request.body);
  if (!ReadSubprotocols(headers.Join("sec-websocket-protocol"), true,
                        &offer.subprotocols))
    return Fault{400, "malformed Sec-WebSocket-Protocol"};
  if (const Fault fault = ReadReflected(request, &offer)) return fault;
  return offer;
}

base::Result<Offer> ReadHybi(const UpgradeRequest& request, Draft draft) {
  const Headers& headers = *request.headers;
  Offer offer;
  offer.draft = draft;
  if (!request.body.empty())
    return Fault{400, "a WebSocket handshake has no body"};
  const std::string* key = headers.Find("sec-websocket-key");
  if (key == nullptr || !IsNonce(*key))
    return Fault{400, "Sec-WebSocket-Key is not 16 bytes in base64"};
  offer.key = *key;
  if (!ReadSubprotocols(headers.Join("sec-websocket-protocol"), false,
                        &offer.subprotocols))
    return Fault{400, "malformed Sec-WebSocket-Protocol"};
  return offer;
}

}  // namespace

const char* Name(Draft draft) {
  switch (draft) {
    case Draft::kHixie75:
      return "hixie-75";
    case Draft::kHixie76:
      return "hixie-76";
    case Draft::kHybi7:
      return "hybi-7";
    case Draft::kHybi8:
      return "hybi-8";
    case Draft::kRfc6455:
      return "rfc6455";
  }
  return "";
}

base::Result<Offer> ReadOffer(const UpgradeRequest& request) {
  const Headers& headers = *request.headers;
  if (!request.is_get) return Fault{405, "a WebSocket handshake is a GET"};
  if (request.minor < 1)
    return Fault{400, "a WebSocket handshake needs HTTP/1.1"};
  for (const char* once : {"sec-websocket-version", "sec-websocket-key1",
                           "sec-websocket-key2", "sec-websocket-key"}) {
    if (headers.Count(once) > 1)
      return Fault{400, "a field of the WebSocket handshake is repeated"};
  }
  if (headers.Count("host") != 1) return Fault{400, "one Host is needed"};
  if (const std::string* version = headers.Find("sec-websocket-version")) {
    if (*version == "13") return ReadHybi(request, Draft::kRfc6455);
    if (*version == "8") return ReadHybi(request, Draft::kHybi8);
    if (*version == "7") return ReadHybi(request, Draft::kHybi7);
    return Fault{426, "this version of WebSocket is not served"};
  }
  const bool key1 = headers.Count("sec-websocket-key1") > 0,
             key2 = headers.Count("sec-websocket-key2") > 0;
  if (key1 && key2) return ReadHixie76(request);
  if (key1 || key2) return Fault{400, "hixie-76 needs both keys"};
  if (headers.Count("sec-websocket-key") > 0)
    return Fault{426, "Sec-WebSocket-Version is missing"};
  return ReadHixie75(request);
}

}  // namespace rabbit_socks::websocket
