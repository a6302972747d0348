// SPDX-License-Identifier: MPL-2.0
#include "websocket/shared_frames.h"

namespace rabbit_socks::websocket {

base::Bytes SharedFrames::For(const Codec& codec) {
  const FrameClass its = codec.frame_class(data_.size());
  if (its == FrameClass::kOwn) return {};
  // Empty after a failure, too: what a draft cannot carry is rare.
  std::string& frame = frames_[static_cast<size_t>(its)];
  if (frame.empty() && !codec.AppendMessage(payload_, data_, &frame)) return {};
  return frame;
}

}  // namespace rabbit_socks::websocket
