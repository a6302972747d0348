// SPDX-License-Identifier: MPL-2.0
// A handshake as text: a byte of options, the request line, fields, an empty
// line, the body.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "websocket/handshake.h"
#include "websocket/request_text.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

using websocket::Draft;
using websocket::Offer;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool IsOf(uint16_t code, std::initializer_list<uint16_t> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// FZ7: an answer only to keys that divide; counted here in another way.
void CheckKey(const std::string& key, uint32_t number) {
  std::string digits;
  uint64_t spaces = 0;
  for (const char c : key) {
    if (c >= '0' && c <= '9') digits.push_back(c);
    spaces += c == ' ' ? 1 : 0;
  }
  Require(!digits.empty() && digits.size() <= 17 && spaces > 0);
  Require(std::strtoull(digits.c_str(), nullptr, 10) == number * spaces);
}

// P16: nothing that a client sent adds a line or a control character.
void CheckAnswer(const Offer& offer, const std::string& subprotocol) {
  const websocket::Fields extra = {{"Set-Cookie", "a=b"}};
  std::string answer;
  websocket::AppendAnswer(offer, subprotocol, extra, &answer);
  Require(answer.rfind("HTTP/1.1 101 ", 0) == 0);
  Require(answer.size() > 4 && answer.substr(answer.size() - 4) == "\r\n\r\n");
  const size_t fields =
      websocket::AnswerFields(offer, subprotocol, extra).size();
  Require(fields == (websocket::IsHixie(offer.draft) ? 5U : 4U) +
                        (subprotocol.empty() ? 0U : 1U));
  size_t lines = 0;
  for (size_t i = 0; i < answer.size(); ++i) {
    const char c = answer[i];
    if (c == '\n') {
      ++lines;
      Require(answer[i - 1] == '\r');
    } else if (c == '\r') {
      Require(answer[i + 1] == '\n');
    } else {
      Require(c >= 0x20 && c < 0x7F);
    }
  }
  Require(lines == 1 + fields + 1);
}

void CheckOffer(const websocket::UpgradeRequest& request, const Offer& offer) {
  Require(request.is_get && request.minor >= 1);
  Require(offer.subprotocols.size() <= 64);
  const base::Headers& headers = *request.headers;
  if (offer.draft == Draft::kHixie76) {
    CheckKey(*headers.Find("sec-websocket-key1"), offer.number1);
    CheckKey(*headers.Find("sec-websocket-key2"), offer.number2);
    Require(offer.key3.empty() || offer.key3.size() == 8);
    Require(websocket::Proof(offer).size() == 16);
  } else {
    Require(request.body.empty());
  }
  if (!websocket::IsHixie(offer.draft)) Require(offer.key.size() == 24);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const websocket::RequestText request(
      {reinterpret_cast<const char*>(data) + 1, size - 1}, (data[0] & 1) != 0);
  const base::Result<Offer> offer = websocket::ReadOffer(request.request());
  if (!offer.ok()) {
    Require(IsOf(offer.fault().code, {400, 405, 426}));
    return 0;
  }
  CheckOffer(request.request(), offer.value());
  std::vector<std::string> served;
  if ((data[0] & 2) != 0) served = {"chat", "v12.stomp"};
  const base::Result<std::string> chosen =
      websocket::ChooseSubprotocol(offer.value(), served);
  if (!chosen.ok()) {
    Require(chosen.fault().code == 400 && !offer.value().subprotocols.empty());
    return 0;
  }
  const auto& offered = offer.value().subprotocols;
  Require(chosen.value().empty() || std::find(offered.begin(), offered.end(),
                                              chosen.value()) != offered.end());
  CheckAnswer(offer.value(), chosen.value());
  return 0;
}
