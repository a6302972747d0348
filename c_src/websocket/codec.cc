// SPDX-License-Identifier: MPL-2.0
#include "websocket/codec.h"

#include "websocket/hixie.h"
#include "websocket/rfc6455.h"

namespace rabbit_socks::websocket {

std::unique_ptr<Codec> MakeCodec(Draft draft, const Limits& limits) {
  if (IsHixie(draft)) return std::make_unique<HixieCodec>(draft, limits);
  return std::make_unique<Rfc6455Codec>(draft, limits);
}

}  // namespace rabbit_socks::websocket
