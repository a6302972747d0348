// SPDX-License-Identifier: MPL-2.0
#include "websocket/codec.h"

#include <utility>

#include "websocket/hixie.h"
#include "websocket/rfc6455.h"

namespace rabbit_socks::websocket {

std::unique_ptr<Codec> MakeCodec(Draft draft, const Limits& limits,
                                 std::unique_ptr<Deflation> deflation) {
  if (IsHixie(draft)) return std::make_unique<HixieCodec>(draft, limits);
  return std::make_unique<Rfc6455Codec>(draft, limits, std::move(deflation));
}

}  // namespace rabbit_socks::websocket
