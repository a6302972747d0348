// SPDX-License-Identifier: MPL-2.0
// What a session's process is told, as a text.
#ifndef RABBIT_SOCKS_TEST_SESSION_HEARD_H_
#define RABBIT_SOCKS_TEST_SESSION_HEARD_H_

#include <map>
#include <string>

#include "base/outbox.h"
#include "session/json_text.h"

namespace rabbit_socks::session {

// REQUIRES: the effect is of a session, and its owner's to hear
inline std::string HeardOf(const base::Effect& effect,
                           const base::Outbox& outbox) {
  using Kind = base::Effect::Kind;
  const std::string data(outbox.Data(effect.data));
  const std::string number = std::to_string(effect.number);
  const auto said = [&](const std::string& what) {
    return what + ":" + JsonText::Json(outbox.value(effect)) +
           (effect.number == base::Effect::kNoNumber ? "" : ":" + number);
  };
  static const std::map<Kind, std::string> kAlone = {
      {Kind::kAway, "away"},
      {Kind::kBack, "back"},
      {Kind::kCongested, "congested"},
      {Kind::kDrained, "drained"}};
  static const std::map<Kind, std::string> kCounted = {
      {Kind::kDropped, "dropped:"}, {Kind::kSynced, "synced:"}};
  if (const auto name = kAlone.find(effect.kind); name != kAlone.end())
    return name->second;
  if (const auto name = kCounted.find(effect.kind); name != kCounted.end())
    return name->second + number;
  if (effect.kind == Kind::kMessage)
    return (effect.payload == base::Payload::kText ? "text:" : "binary:") +
           data;
  if (effect.kind == Kind::kEvent) return said("event:" + data);
  if (effect.kind == Kind::kAck) return said("ack");
  return "closed:" + std::to_string(effect.code) + ":" + data;
}

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_HEARD_H_
