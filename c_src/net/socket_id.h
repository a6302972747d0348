// SPDX-License-Identifier: MPL-2.0
// The name of a connected socket in this room.
#ifndef RABBIT_SOCKS_NET_SOCKET_ID_H_
#define RABBIT_SOCKS_NET_SOCKET_ID_H_

#include "base/id.h"

namespace rabbit_socks::net {

using SocketId = base::Id<struct SocketTag>;

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SOCKET_ID_H_
