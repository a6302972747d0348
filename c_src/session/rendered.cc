// SPDX-License-Identifier: MPL-2.0
#include "session/rendered.h"

#include <optional>
#include <utility>

#include "base/utf8.h"
#include "session/plain_frame.h"
#include "session/socket_message.h"

namespace rabbit_socks::session {
namespace {

using base::Bytes;
using base::Message;
using base::Payload;
using framing::Generation;
using framing::SocketPacket;
using Wire = Generation::Wire;

Rendered NotCarried() {
  Rendered none;
  none.carried = false;
  return none;
}

Rendered RenderPacket(const Message& message, const Generation& generation,
                      const std::string& nsp, Bytes offset) {
  SocketPacket packet;
  if (!ToSocketPacket(message, nsp, generation, &packet)) return NotCarried();
  Rendered rendered;
  if (!offset.empty() && packet.type == SocketPacket::Type::kEvent &&
      !packet.id) {
    packet.data.AppendText(offset);
    rendered.offset.assign(offset);
  }
  std::string text;
  std::vector<Bytes> attachments;
  generation.packets->Append(packet, &text, &attachments);
  rendered.parts.push_back({Payload::kText, std::move(text)});
  for (const Bytes bytes : attachments)
    rendered.parts.push_back({Payload::kBinary, std::string(bytes)});
  return rendered;
}

std::string Framed06(const Generation& generation, const PlainFrame& frame) {
  using framing::Packet;
  std::string framed;
  generation.codec->Append(
      {frame.json ? Packet::Type::kJson : Packet::Type::kMessage, frame.data},
      &framed);
  return framed;
}

Rendered RenderPlain(const Message& message, const Generation* generation) {
  std::string scratch;
  const std::optional<PlainFrame> frame = ToPlainFrame(message, &scratch);
  if (!frame) return {};
  const bool text = frame->payload == Payload::kText;
  const bool frames =
      generation != nullptr && generation->wire == Wire::kFrames;
  // A bare WebSocket's codec looks for itself: some drafts need no UTF-8.
  if (generation != nullptr && text && !base::IsUtf8(frame->data))
    return NotCarried();
  if (frames && !text) return NotCarried();
  Rendered rendered;
  rendered.parts.push_back({frame->payload, frames
                                                ? Framed06(*generation, *frame)
                                                : std::string(frame->data)});
  return rendered;
}

}  // namespace

Rendered Render(const Message& message, const Generation* generation,
                const std::string& nsp, Bytes offset) {
  if (generation != nullptr && generation->packets != nullptr)
    return RenderPacket(message, *generation, nsp, offset);
  return RenderPlain(message, generation);
}

}  // namespace rabbit_socks::session
