// SPDX-License-Identifier: MPL-2.0
#include "websocket/handshake.h"

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "base/digest.h"
#include "websocket/hixie_key.h"

namespace rabbit_socks::websocket {
namespace {

using base::Bytes;
using base::Fault;
using base::Headers;

constexpr size_t kKey3Size = 8;

// RFC 9110 5.6.2
bool IsTokenChar(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
      (c >= 'a' && c <= 'z'))
    return true;
  return c != '\0' &&
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// What a subprotocol's name may hold: a token since hybi-04, any visible
// character in the hixie drafts.
bool IsName(Bytes name, bool hixie) {
  if (name.empty() || name.size() > 256) return false;
  return std::all_of(name.begin(), name.end(), [hixie](char c) {
    return hixie ? c > 0x20 && c < 0x7F : IsTokenChar(c);
  });
}

// Names separated by commas, or by spaces as well in the hixie drafts. False:
// one of them is malformed.
bool ReadNames(Bytes list, bool hixie, std::vector<std::string>* names) {
  while (true) {
    const size_t end = list.find_first_of(hixie ? ", " : ",");
    const Bytes name = base::TrimSpace(list.substr(0, end));
    if (!name.empty()) {
      if (!IsName(name, hixie)) return false;
      names->emplace_back(name);
    } else if (!hixie && end != Bytes::npos) {
      return false;
    }
    if (end == Bytes::npos) return true;
    list.remove_prefix(end + 1);
  }
}

std::string OriginOf(const Headers& headers) {
  const std::string* origin = headers.Find("origin");
  return origin == nullptr ? "null" : *origin;
}

// A Host that can be repeated in an answer (attack row X10).
bool IsPlainHost(Bytes host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

base::Result<Offer> ReadHixie(const UpgradeRequest& request, Draft draft) {
  const Headers& headers = *request.headers;
  Offer offer;
  offer.draft = draft;
  const bool draft76 = draft == Draft::kHixie76;
  if (const std::string* names = headers.Find(draft76 ? "sec-websocket-protocol"
                                                      : "websocket-protocol")) {
    if (!ReadNames(*names, true, &offer.subprotocols))
      return Fault{400, "malformed WebSocket subprotocol"};
  }
  if (draft76) {
    const std::optional<uint32_t> number1 =
        HixieKeyNumber(*headers.Find("sec-websocket-key1"));
    const std::optional<uint32_t> number2 =
        HixieKeyNumber(*headers.Find("sec-websocket-key2"));
    if (!number1 || !number2)
      return Fault{400, "malformed Sec-WebSocket-Key1 or Key2"};
    offer.number1 = *number1;
    offer.number2 = *number2;
    if (!request.body.empty() && request.body.size() != kKey3Size)
      return Fault{
          400, "a WebSocket handshake has no body but the 8 bytes of hixie-76"};
    offer.key3.assign(request.body);
  } else if (!request.body.empty()) {
    return Fault{400, "a WebSocket handshake has no body"};
  }
  const std::string* host = headers.Find("host");
  if (host == nullptr || !IsPlainHost(*host))
    return Fault{400, "malformed Host"};
  offer.origin = OriginOf(headers);
  offer.location = std::string(request.secure ? "wss://" : "ws://") + *host +
                   std::string(request.target);
  return offer;
}

base::Result<Offer> ReadHybi(const UpgradeRequest& request, Draft draft) {
  const Headers& headers = *request.headers;
  Offer offer;
  offer.draft = draft;
  if (!request.body.empty())
    return Fault{400, "a WebSocket handshake has no body"};
  // RFC 6455 4.2.1: a base64-encoded value that, when decoded, is 16 bytes in
  // length.
  const std::string* key = headers.Find("sec-websocket-key");
  if (key == nullptr || headers.Count("sec-websocket-key") != 1)
    return Fault{400, "one Sec-WebSocket-Key is needed"};
  const std::optional<std::string> nonce = base::Base64Decode(*key);
  if (!nonce || nonce->size() != 16)
    return Fault{400, "Sec-WebSocket-Key is not 16 bytes in base64"};
  offer.key = *key;
  if (headers.Count("sec-websocket-protocol") > 0 &&
      !ReadNames(headers.Join("sec-websocket-protocol"), false,
                 &offer.subprotocols)) {
    return Fault{400, "malformed Sec-WebSocket-Protocol"};
  }
  return offer;
}

std::string AcceptOf(Bytes key) {
  return base::Base64Encode(
      base::Sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
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
  if (const std::string* version = headers.Find("sec-websocket-version")) {
    if (*version == "13") return ReadHybi(request, Draft::kRfc6455);
    if (*version == "8") return ReadHybi(request, Draft::kHybi8);
    if (*version == "7") return ReadHybi(request, Draft::kHybi7);
    return Fault{426, "this version of WebSocket is not served"};
  }
  const bool key1 = headers.Count("sec-websocket-key1") > 0,
             key2 = headers.Count("sec-websocket-key2") > 0;
  if (key1 && key2) return ReadHixie(request, Draft::kHixie76);
  if (key1 || key2) return Fault{400, "hixie-76 needs both keys"};
  if (headers.Count("sec-websocket-key") > 0)
    return Fault{426, "Sec-WebSocket-Version is missing"};
  return ReadHixie(request, Draft::kHixie75);
}

base::Result<std::string> ChooseSubprotocol(
    const Offer& offer, const std::vector<std::string>& served) {
  if (offer.subprotocols.empty() || served.empty()) return std::string();
  for (const std::string& name : offer.subprotocols) {
    if (std::find(served.begin(), served.end(), name) != served.end())
      return name;
  }
  for (const std::string& name : offer.subprotocols) {
    const bool known =
        std::any_of(served.begin(), served.end(), [&](const std::string& own) {
          return base::EqualsIgnoringCase(own, name);
        });
    if (known) return name;
  }
  return Fault{400, "none of the offered subprotocols is served here"};
}

Fields AnswerFields(const Offer& offer, Bytes subprotocol,
                    const Fields& extra) {
  Fields fields;
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
  fields.insert(fields.end(), extra.begin(), extra.end());
  return fields;
}

void AppendAnswer(const Offer& offer, Bytes subprotocol, const Fields& extra,
                  std::string* out) {
  switch (offer.draft) {
    case Draft::kHixie75:
      out->append(
          "HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: "
          "WebSocket\r\nConnection: Upgrade\r\n");
      break;
    case Draft::kHixie76:
      out->append(
          "HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: "
          "WebSocket\r\nConnection: Upgrade\r\n");
      break;
    case Draft::kHybi7:
    case Draft::kHybi8:
    case Draft::kRfc6455:
      out->append(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
          "websocket\r\nConnection: Upgrade\r\n");
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
