// SPDX-License-Identifier: MPL-2.0
#include "framing/generation.h"

#include "framing/socketio_06.h"

namespace rabbit_socks::framing {
namespace {

const SocketIo06Codec kSocketIo06;

// The intervals are those of the reference server.
const Generation kGenerations[] = {
    {
        .name = "socket.io-0.6",
        .codec = &kSocketIo06,
        .server_pings = true,
        .heartbeat_every = 10000,
        .heartbeat_answer = 8000,
        .poll_duration = 20000,
        .close_timeout = 8000,
    },
};

}  // namespace

std::span<const Generation> Generations() { return kGenerations; }

const Generation& SocketIo06() { return kGenerations[0]; }

}  // namespace rabbit_socks::framing
