// SPDX-License-Identifier: MPL-2.0
#include "session/rendered.h"

#include <algorithm>
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

// Enough for what is small, so that its text grows once.
size_t Estimate(const SocketPacket& packet) {
  constexpr size_t kHead = 16, kToken = 8, kSmall = 4096;
  return std::min(kSmall, kHead + packet.nsp.size() + packet.name.size() +
                              packet.data.stored() +
                              kToken * packet.data.tokens().size());
}

Rendered RenderPacket(const Message& message, const Generation& generation,
                      const std::string& nsp, Bytes offset,
                      SocketPacket* scratch) {
  SocketPacket& packet = *scratch;
  if (!ToSocketPacket(message, nsp, generation, &packet)) return NotCarried();
  Rendered rendered;
  if (!offset.empty() && packet.type == SocketPacket::Type::kEvent &&
      !packet.id) {
    packet.data.AppendText(offset);
    rendered.offset.assign(offset);
  }
  std::string text;
  text.reserve(Estimate(packet));
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
  // A WebSocket's own codec looks for itself: some drafts need no UTF-8.
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

size_t Rendered::size() const {
  size_t size = sizeof(Rendered);
  for (const Part& part : parts) size += sizeof(Part) + part.data.size();
  return size;
}

Rendered Render(const Message& message, const Generation* generation,
                const std::string& nsp, Bytes offset,
                framing::SocketPacket* scratch) {
  if (generation != nullptr && generation->packets != nullptr)
    return RenderPacket(message, *generation, nsp, offset, scratch);
  return RenderPlain(message, generation);
}

}  // namespace rabbit_socks::session
