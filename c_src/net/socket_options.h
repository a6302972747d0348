// SPDX-License-Identifier: MPL-2.0
// Options of TCP sockets.
#ifndef RABBIT_SOCKS_NET_SOCKET_OPTIONS_H_
#define RABBIT_SOCKS_NET_SOCKET_OPTIONS_H_

namespace rabbit_socks::net {

// A stream socket of IPv4 or IPv6 on which listen() was called.
bool IsListening(int fd);
// A stream socket of IPv4 or IPv6 on which it was not.
bool IsConnectable(int fd);
// No delay of small writes; an end for a peer that no longer acknowledges
// (attack row R04). Sockets accepted on `fd` inherit both.
void SetStreamOptions(int fd);
// The next close sends RST.
void ResetOnClose(int fd);

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_SOCKET_OPTIONS_H_
