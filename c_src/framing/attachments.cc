// SPDX-License-Identifier: MPL-2.0
#include "framing/attachments.h"

#include <utility>

#include "base/check.h"
#include "framing/packet_wire.h"

namespace rabbit_socks::framing {

using base::Bytes;
using base::Fault;

uint32_t Attachments::missing() const {
  if (held_ == nullptr) return 0;
  return held_->packet.attachments -
         static_cast<uint32_t>(held_->buffers.size());
}

Fault Attachments::OnText() const {
  if (missing() == 0) return {};
  return {kPacketProtocolError, "text where an attachment is missing"};
}

void Attachments::Hold(SocketPacket packet) {
  RS_CHECK(missing() == 0, "another packet waits for its attachments");
  held_ = std::make_unique<WholePacket>();
  held_->packet = std::move(packet);
  bytes_ = 0;
}

Fault Attachments::OnBinary(Bytes data) {
  if (missing() == 0) {
    return {kPacketProtocolError, "an attachment that no packet announced"};
  }
  if (data.size() > max_bytes_ - bytes_) {
    return {kPacketTooBig, "the attachments of one packet are too big"};
  }
  bytes_ += data.size();
  held_->buffers.emplace_back(data);
  return {};
}

WholePacket Attachments::Take() {
  RS_CHECK(held_ != nullptr && missing() == 0, "no packet is complete");
  WholePacket whole = std::move(*held_);
  held_.reset();
  return whole;
}

}  // namespace rabbit_socks::framing
