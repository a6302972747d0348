// SPDX-License-Identifier: MPL-2.0
#include "session/kept_request.h"

#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace rabbit_socks::session {

namespace {

using base::Bytes;
using Size = uint32_t;

// visit(text) for each text of it, in the order in which they are kept.
template <class Visit>
void ForTexts(const base::OpenInfo& info, Visit&& visit) {
  for (const std::string& part : info.path) visit(part);
  for (const std::string* text :
       {&info.query, &info.peer_address, &info.local_address, &info.certificate,
        &info.subprotocol})
    visit(*text);
  for (const base::Header& field : info.headers.fields()) {
    visit(field.name);
    visit(field.value);
  }
}

// Takes the first text off.
std::string Take(Bytes* rest) {
  Size size = 0;
  RS_CHECK(rest->size() >= sizeof size, "a text that was kept");
  std::memcpy(&size, rest->data(), sizeof size);
  rest->remove_prefix(sizeof size);
  RS_CHECK(rest->size() >= size, "a text that was kept");
  std::string text(rest->substr(0, size));
  rest->remove_prefix(size);
  return text;
}

}  // namespace

KeptRequest::KeptRequest(const base::OpenInfo& info)
    : protocol_(info.protocol),
      parts_(static_cast<uint32_t>(info.path.size())),
      peer_port_(info.peer_port),
      local_port_(info.local_port),
      secure_(info.secure) {
  size_t total = 0;
  ForTexts(info, [&](Bytes text) { total += sizeof(Size) + text.size(); });
  text_.reserve(total);
  ForTexts(info, [&](Bytes text) {
    const Size size = static_cast<Size>(text.size());
    text_.append(reinterpret_cast<const char*>(&size), sizeof size);
    text_.append(text);
  });
}

base::OpenInfo KeptRequest::Info() const {
  base::OpenInfo info;
  Bytes rest = text_;
  for (uint32_t i = 0; i < parts_; ++i) info.path.push_back(Take(&rest));
  for (std::string* text :
       {&info.query, &info.peer_address, &info.local_address, &info.certificate,
        &info.subprotocol})
    *text = Take(&rest);
  while (!rest.empty()) {
    std::string name = Take(&rest);
    info.headers.Add(std::move(name), Take(&rest));
  }
  info.protocol = protocol_;
  info.peer_port = peer_port_;
  info.local_port = local_port_;
  info.secure = secure_;
  return info;
}

}  // namespace rabbit_socks::session
