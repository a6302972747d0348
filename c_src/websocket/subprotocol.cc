// SPDX-License-Identifier: MPL-2.0
#include "websocket/subprotocol.h"

#include <algorithm>

#include "base/headers.h"
#include "websocket/handshake.h"

namespace rabbit_socks::websocket {

using base::Bytes;
using base::Fault;

namespace {

constexpr size_t kMaxName = 256, kMaxNames = 64;

// A token (RFC 9110 5.6.2) since hybi-04, any visible characters before.
bool IsName(Bytes name, bool hixie) {
  constexpr Bytes kToken =
      "!#$%&'*+-.^_`|~0123456789"
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (name.size() > kMaxName) return false;
  if (!hixie) return name.find_first_not_of(kToken) == Bytes::npos;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

bool ReadSubprotocols(Bytes list, bool hixie, std::vector<std::string>* names) {
  while (true) {
    const size_t end = list.find_first_of(hixie ? ", " : ",");
    const Bytes name = base::TrimSpace(list.substr(0, end));
    // RFC 9110 5.6.1.2: a recipient ignores empty elements.
    if (!name.empty()) {
      if (!IsName(name, hixie) || names->size() == kMaxNames) return false;
      names->emplace_back(name);
    }
    if (end == Bytes::npos) return true;
    list.remove_prefix(end + 1);
  }
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

}  // namespace rabbit_socks::websocket
