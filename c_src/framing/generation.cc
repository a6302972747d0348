// SPDX-License-Identifier: MPL-2.0
#include "framing/generation.h"

#include <array>

#include "framing/socketio_06.h"

namespace rabbit_socks::framing {
namespace {

const SocketIo06Codec kSocketIo06;

const std::array<Generation, 1> kGenerations = {{
    {"socket.io-0.6", &kSocketIo06, true, 10000, 8000, 20000, 8000},
}};

}  // namespace

std::span<const Generation> Generations() { return kGenerations; }

const Generation& SocketIo06() { return kGenerations[0]; }

}  // namespace rabbit_socks::framing
