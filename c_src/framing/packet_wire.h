// SPDX-License-Identifier: MPL-2.0
// What the packets of every Socket.IO generation since 0.7 have in common; for
// their codecs only.
#ifndef RABBIT_SOCKS_FRAMING_PACKET_WIRE_H_
#define RABBIT_SOCKS_FRAMING_PACKET_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/value.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

// Close codes.
inline constexpr uint16_t kPacketProtocolError = 1002;
inline constexpr uint16_t kPacketNotUtf8 = 1007;
inline constexpr uint16_t kPacketTooBig = 1009;

// As a packet is before anything is known of it, with the memory it had.
void ResetPacket(SocketPacket* packet);

// Takes the digits off the front of *text; without one *number is none. 1009
// for more than 17 of them (L16).
base::Fault TakeNumber(base::Bytes* text, std::optional<uint64_t>* number);
void AppendNumber(uint64_t number, std::string* text);

// Sets nsp, which must begin with "/", within the limit on its size (attack row
// E34). REQUIRES: it is UTF-8
base::Fault SetNamespace(base::Bytes nsp, SocketPacket* packet);
// Splits "<namespace>?<query>". Only a kConnect keeps its query; the name of
// other packets may have it too, as some clients take it for part of the name.
void CutQuery(base::Bytes* nsp, SocketPacket* packet);

// The name of an event as text: a client may have used a number. False when the
// token is neither.
bool ReadEventName(const base::Value& value, size_t index, std::string* name);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_PACKET_WIRE_H_
