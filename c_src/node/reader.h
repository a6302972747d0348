// SPDX-License-Identifier: MPL-2.0
// One packet from the node to calls of Commands. Bounded: never reads past the
// packet whatever it holds (attack row K01).
#ifndef RABBIT_SOCKS_NODE_READER_H_
#define RABBIT_SOCKS_NODE_READER_H_

#include "base/bytes.h"
#include "base/result.h"
#include "node/messages.h"

namespace rabbit_socks::node {

// `packet` is without its length word. A fault (code 1) means the packet is
// malformed; the commands before the malformed one have been delivered, and of
// a malformed send the messages before the malformed one.
base::Fault ReadPacket(base::Bytes packet, Commands* commands);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_READER_H_
